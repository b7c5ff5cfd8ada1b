using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;

namespace Dams.Tests.Simulation;

/// <content>A request that kills the replicas that execute it, the operator who has it skipped; the managers replace those that it has stopped.</content>
internal sealed partial class Simulation
{
    private const int Look = 200;

    private NodeId? _uninformed;

    private void SchedulePoison()
    {
        if (_knobs.Poison == 0)
            return;
        At(Milliseconds(Look), LookAfterTheWaiting);
        if (_knobs.Uninformed is not { } replica)
            return;
        At(Milliseconds(150 + _random.Below(150)), () => _uninformed = NodeId.Replica(replica));
        At(Milliseconds(1500 + _random.Below(1500)), () => _uninformed = null);
    }

    private bool IsKeptFromKnowing(Outgoing outgoing) => outgoing.To == _uninformed && (outgoing.Message is Sync or Commit);

    /// <summary>A promise that was not on disk would be forgotten now, and the entry executed before the SKIP is known.</summary>
    private void OnSkipPromised(SimulatedNode from, SkipVote vote)
    {
        _checker.OnRenounced(from, vote.Incarnation, vote.Seq);
        if (_healed || from.Id != _uninformed || !_random.Chance(700))
            return;
        _uninformed = null;
        CrashSoon(from);
    }

    private bool IsPoison(SimulatedNode node, Entry entry) =>
        entry.Seq.Value == _knobs.Poison && entry.Kind == EntryKind.Operation && (_knobs.Poisoned & (1 << (node.Id.Number - 1))) != 0;

    private bool TryStart(SimulatedNode node, ReplicaProtocol replica, Instant now)
    {
        try
        {
            replica.Start(now);
            return true;
        }
        catch (PoisonedException)
        {
            Die(node);
            return false;
        }
    }

    private void Die(SimulatedNode node)
    {
        Trace($"{node.Id} dies of {_knobs.Poison}");
        Stop(node);
        At(_now + Milliseconds(20 + _random.Below(200)), () => Restart(node));
    }

    private void LookAfterTheWaiting()
    {
        At(_now + Milliseconds(Look), LookAfterTheWaiting);
        var poison = new SequenceNumber(_knobs.Poison);
        if (_replicas.Count(replica => IsWaiting(replica, poison)) >= 2)
            AskForSkip(poison);
    }

    private static bool IsWaiting(SimulatedNode replica, SequenceNumber poison) => replica.IsUp && replica.Replica.Member.WaitingBefore == poison;

    /// <summary>Whether it has executed alone what the others have skipped: until it halts at the SKIP its state is another one, and so are its replies.</summary>
    private bool IsOverruled(byte replica)
    {
        var node = _nodes[NodeId.Replica(replica)];
        return node.FormerLogs.Append(node.Log!).Any(log => _checker.Skipped.Any(seq => _checker.HasExecuted(log.Record.Incarnation, seq)));
    }

    /// <summary>An operator sees two replicas wait, and knows no more than that.</summary>
    private void AskForSkip(SequenceNumber poison)
    {
        foreach (var sequencer in _group.Sequencers)
        {
            if (_healed || !_random.Chance(_knobs.LossPerMille))
                At(_now + Milliseconds(1), () => Deliver(new Envelope(NodeId.Manager(1), new BootId(1), Epoch.None), NodeId.Sequencer(sequencer), new SkipReq(poison), GroupId.Replicas));
        }
    }
}

/// <summary>An entry has killed the process that executed it.</summary>
internal sealed class PoisonedException(SimulatedNode node) : Exception
{
    public SimulatedNode Node { get; } = node;
}
