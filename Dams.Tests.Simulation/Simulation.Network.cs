using Dams.Lab;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>The network: it loses, duplicates, delays, reorders, cuts and damages.</content>
internal sealed partial class Simulation
{
    private const int DamagedPerMille = 10;

    private readonly byte[] _wire = new byte[2048];
    private readonly DamagedDatagrams _damage = new();
    private readonly SeededRandom? _damageRandom;

    private void Send(SimulatedNode from, Outgoing outgoing)
    {
        if (FindNode(outgoing.To, from.Group) is null)
            return;
        var random = from.Random;
        var isDelayed = _knobs.DividedAtActivation && !_isDivided && outgoing.Message is CaughtUp && from.Group == GroupId.Replicas;
        if (isDelayed)
            DivideAt(from.Id);
        if (!_healed && (IsCut(from.Id, outgoing.To) || IsGlitched(from.Id, outgoing.To)
            || (outgoing.Message is Sync && _mute.Contains(from.Id) && from.Group == GroupId.Replicas)
            || IsKeptFromKnowing(outgoing) || random.Chance(_knobs.LossPerMille)))
        {
            Trace($"{from.Id} -x {outgoing.To} {outgoing.Message}");
            return;
        }

        if (_damageRandom is not null && !_healed && _damageRandom.Chance(DamagedPerMille))
        {
            Trace($"{from.Id} -~ {outgoing.To} {outgoing.Message}");
            _damage.Refuse(from, outgoing, _damageRandom, InstantOf(from));
            return;
        }

        if (outgoing.Message is SkipVote { Answer: SkipAnswer.Promised } vote)
            OnSkipPromised(from, vote);
        if (outgoing.Message is Promise && from.Group == GroupId.Replicas && !_healed
            && (_forgetful.Contains(from.Id) || random.Chance(_knobs.CrashAfterPromisePerMille)))
            CrashSoon(from);
        var copies = !_healed && random.Chance(_knobs.DuplicatesPerMille) ? 2 : 1;
        var message = random.Chance(20) ? OverTheWire(outgoing.Message) : outgoing.Message;
        var envelope = new Envelope(from.Id, from.Boot, outgoing.Epoch);
        foreach (var told in AsTold(from, message))
        {
            for (var i = 0; i < copies; i++)
            {
                var delay = random.Between(_knobs.DelayMin, _knobs.DelayMax);
                if (!_healed && random.Chance(_knobs.TailPerMille))
                    delay *= 50;
                if (isDelayed)
                    delay += TimeSpan.FromMilliseconds(30);
                if (told is ReplyMessage && _knobs.LieKind == LieKind.Late && IsLiar(from))
                    delay += TimeSpan.FromMilliseconds(50 + _managersRandom.Below(1000));
                At(_now + delay.Ticks, () => Deliver(envelope, outgoing.To, told, from.Group));
            }
        }
    }

    /// <summary>Whether the network between two hosts is cut. A manager runs on its replica's host.</summary>
    private bool IsCut(NodeId from, NodeId to) => _cuts.Count > 0 && _cuts.Contains((HostOf(from), HostOf(to)));

    private static NodeId HostOf(NodeId id) => id.Role == NodeRole.Manager ? NodeId.Replica(id.Number) : id;

    /// <summary>Passes a message through the codec. That is done now and then, to show that the codec loses nothing.</summary>
    private Message OverTheWire(Message message)
    {
        ReadOnlySpan<byte> bytes = _wire.AsSpan(0, MessageCodec.Write(_wire, message));
        Broken.Unless(MessageCodec.TryRead(ref bytes, out var read) && bytes.IsEmpty, $"the codec can't read its own bytes of {message}");
        return read!;
    }

    private void Deliver(Envelope envelope, NodeId to, Message message, GroupId group)
    {
        var node = FindNode(to, group)!;
        if (!node.IsUp)
            return;
        if (node.PausedUntil > _now)
        {
            At(node.PausedUntil + node.Random.Below(1000), () => Deliver(envelope, to, message, group));
            return;
        }

        Trace($"{envelope.From} -> {to} {message}");
        if (message is ReplyMessage reply)
            _replies.OnReply(to, envelope.From, reply);
        node.Protocol!.OnMessage(envelope, message, InstantOf(node));
        Settle(node);
    }
}
