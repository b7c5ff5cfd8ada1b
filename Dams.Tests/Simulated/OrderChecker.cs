using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Simulated;

/// <summary>Holds the invariants of the order, entry by entry, as members execute them.</summary>
internal sealed class OrderChecker
{
    private readonly List<Entry> _order = [];
    private readonly Dictionary<Epoch, (byte Sequencer, BootId Boot)> _leaders = [];
    private readonly Dictionary<SequenceNumber, HashSet<Incarnation>> _executors = [];
    private readonly HashSet<SequenceNumber> _skipped = [];
    private readonly HashSet<(Incarnation Member, SequenceNumber Seq)> _passedOver = [];
    private readonly HashSet<(Incarnation Member, SequenceNumber Seq)> _renounced = [];

    /// <summary>The one order, as far as any member has executed it.</summary>
    public IReadOnlyList<Entry> Order => _order;

    /// <summary>The entries that any member has passed over.</summary>
    public IReadOnlySet<SequenceNumber> Skipped => _skipped;

    /// <summary>Whether an incarnation has executed an entry in any of its boots.</summary>
    public bool HasExecuted(Incarnation member, SequenceNumber seq) =>
        _executors.TryGetValue(seq, out var executors) && executors.Contains(member);

    /// <summary>Whether an entry has no effect on the state of an incarnation, or on the state that it could be given.</summary>
    public bool IsWithout(Incarnation member, SequenceNumber seq) =>
        _passedOver.Contains((member, seq)) || (_skipped.Contains(seq) && !HasExecuted(member, seq));

    /// <summary>Gives a replica's new core the state of a snapshot after an entry. The core sends nothing.</summary>
    public void Restore(SimulatedNode node, SequenceNumber upTo)
    {
        foreach (var entry in _order.Take((int)upTo.Value))
        {
            if (IsWithout(node.Log!.Record.Incarnation, entry.Seq))
                node.Replica.Core.OnSkipped(entry, default);
            else
                node.Replica.Core.OnDelivered(entry, default);
        }

        node.Outbox.ClearMessages();
    }

    /// <summary>A member promises that it has not executed an entry and never will.</summary>
    public void OnRenounced(SimulatedNode node, Incarnation member, SequenceNumber seq)
    {
        Broken.Unless(!HasExecuted(member, seq), $"{node.Id} promised not to execute {seq}, which it had executed");
        _renounced.Add((member, seq));
    }

    public void OnDelivered(SimulatedNode node, Entry entry, IReadOnlyList<SimulatedNode> replicas)
    {
        var member = node.Log!.Record.Incarnation;
        Broken.Unless(!_renounced.Contains((member, entry.Seq)), $"{node.Id} executed {entry}, which it had promised not to");
        if (!_executors.TryGetValue(entry.Seq, out var executors))
            _executors.Add(entry.Seq, executors = []);
        executors.Add(member);
        OnPassed(node, entry, replicas);
    }

    public void OnSkipped(SimulatedNode node, Entry entry, IReadOnlyList<SimulatedNode> replicas)
    {
        // A member that executed the entry in an earlier boot may pass over it in a replay. Then its state is like everyone's.
        _skipped.Add(entry.Seq);
        _passedOver.Add((node.Log!.Record.Incarnation, entry.Seq));
        OnPassed(node, entry, replicas);
    }

    private void OnPassed(SimulatedNode node, Entry entry, IReadOnlyList<SimulatedNode> replicas)
    {
        // An answer needs two equal replies, so one executor alone can't have answered a client.
        Broken.Unless(
            !_skipped.Contains(entry.Seq) || !_executors.TryGetValue(entry.Seq, out var executors) || executors.Count <= 1,
            $"{entry} was skipped, although two members have executed it");
        var place = (int)entry.Seq.Value;
        Broken.Unless(
            place <= _order.Count + 1, $"{node.Id} executed {entry}, although {_order.Count} was the last that any member had executed");
        if (place <= _order.Count)
        {
            Broken.Unless(_order[place - 1].Chain == entry.Chain, $"{node.Id} executed {entry}, but another had {_order[place - 1]} there");
            return;
        }

        var durable = replicas.Count(replica => replica.Log!.HasDurably(entry) || replica.FormerLogs.Any(log => log.HasDurably(entry)));
        // K: one disk is enough only for a group of one.
        Broken.Unless(durable >= Math.Min(2, replicas.Count), $"{node.Id} executed {entry}, although only {durable} had it on disk");
        Broken.Unless(
            _order.Count == 0 || _order[^1].Time <= entry.Time,
            $"time fell from {_order.LastOrDefault()?.Time} to {entry.Time} at {entry}");
        Broken.Unless(
            _order.Count == 0 ? entry.Previous == Chain.Genesis : entry.Previous == _order[^1].Chain,
            $"{entry} does not follow {_order.LastOrDefault()}");
        _order.Add(entry);
    }

    public void OnStep(SimulatedNode node)
    {
        if (node.Member is { } member)
        {
            var isOverruled = member.OverruledAt is { } seq && HasExecuted(member.Incarnation, seq);
            Broken.Unless(member.State != MemberState.Halted || isOverruled, $"{node.Id} halted: {member.HaltReason}");
            Broken.Unless(
                member.State != MemberState.Outdated || node.Log!.IsOld,
                $"{node.Id} is outdated, although its folder is the newest: {member.HaltReason}");
            Broken.Unless(
                member.State is MemberState.Joining or MemberState.Unconfirmed or MemberState.Outdated
                    || (member.Executed <= member.Contiguous && member.Executed <= member.CommitSeq),
                $"{node.Id} executed {member.Executed}, beyond the contiguous {member.Contiguous} or the committed {member.CommitSeq}");
            return;
        }

        if (node.Protocol is not SequencerProtocol { State: SequencerState.Active } sequencer)
            return;
        if (_leaders.TryGetValue(sequencer.Epoch, out var leader))
            Broken.Unless(leader == (sequencer.Id, sequencer.Boot), $"{node.Id} leads epoch {sequencer.Epoch}, which {leader} has led");
        else
            _leaders.Add(sequencer.Epoch, (sequencer.Id, sequencer.Boot));
        Broken.Unless(sequencer.Epoch.Sequencer == sequencer.Id, $"{node.Id} leads the epoch of another: {sequencer.Epoch}");
    }
}
