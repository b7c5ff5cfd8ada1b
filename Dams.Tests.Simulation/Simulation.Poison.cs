using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>
/// A request that kills the replicas that execute it, and the operator who skips it. The managers replace the replicas that it has
/// stopped.
/// </content>
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

    /// <summary>
    /// Often crashes the uninformed replica right after its promise. If the promise were not on disk, the replica would forget it
    /// and execute the entry before it learns of the SKIP.
    /// </summary>
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

    private static bool IsWaiting(SimulatedNode replica, SequenceNumber poison) =>
        replica.IsUp && replica.Replica.Member.WaitingBefore == poison;

    /// <summary>
    /// Whether the replica alone has executed an entry that the others have skipped. Until it halts at the SKIP, its state and its
    /// replies differ from theirs.
    /// </summary>
    private bool IsOverruled(byte replica)
    {
        var node = _nodes[NodeId.Replica(replica)];
        return node.FormerLogs.Append(node.Log!)
            .Any(log => _checker.Skipped.Any(seq => _checker.HasExecuted(log.Record.Incarnation, seq)));
    }

    /// <summary>Asks for the skip, as an operator who sees that two replicas wait and knows no more than that.</summary>
    private void AskForSkip(SequenceNumber poison)
    {
        foreach (var sequencer in _group.Sequencers)
        {
            if (!_healed && _random.Chance(_knobs.LossPerMille))
                continue;
            var envelope = new Envelope(NodeId.Manager(1), new BootId(1), Epoch.None);
            At(_now + Milliseconds(1), () => Deliver(envelope, NodeId.Sequencer(sequencer), new SkipReq(poison), GroupId.Replicas));
        }
    }
}
