using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Copies the log in front of a joiner's JOIN from other members: the entries that others may still ask for. These are
/// the ones above what every member has on disk. So no member that leaves takes the only old entries along.
/// </summary>
/// <param name="options">The options of the group.</param>
/// <param name="log">The log of the joiner.</param>
/// <param name="peers">The members to ask.</param>
/// <param name="outbox">Takes the questions.</param>
/// <param name="isBegun">Whether an earlier boot has begun to copy.</param>
internal sealed class JoinCopy(GroupOptions options, BatchedLog log, PeerRotation peers, Outbox outbox, bool isBegun)
{
    private readonly HoldBackBuffer _held = new(options.WindowEntriesMax);
    private bool _isBegun = isBegun;
    private SequenceNumber _from;

    /// <summary>Entries that arrived before their predecessors.</summary>
    public int HeldCount => _held.Count;

    /// <summary>Whether the log reaches up to the JOIN.</summary>
    public bool IsComplete(SnapshotPosition join) => _isBegun && log.Last >= join.Seq;

    /// <summary>Asks another member for the next entries.</summary>
    /// <param name="join">The position of the JOIN.</param>
    /// <param name="everywhere">Up to this number, every member has the entries on disk.</param>
    /// <param name="ifAlone">The process to ask in a group without other members.</param>
    public void Ask(SnapshotPosition join, SequenceNumber everywhere, NodeId ifAlone)
    {
        if (!_isBegun)
            _from = SequenceNumber.Min(everywhere, join.Seq + -1).Next;
        var from = _isBegun ? log.Last.Next : _from;
        var to = SequenceNumber.Min(join.Seq, from + (options.FetchEntriesMax - 1));
        outbox.Send(peers.Next(ifAlone), Epoch.None, new Fetch(from, to));
    }

    /// <summary>A member has given an entry.</summary>
    /// <returns>
    /// <see cref="Intake.Taken"/> if no entry is held beyond a gap, and the next entries must be asked for.
    /// </returns>
    public Intake OnFetched(Fetched fetched, SnapshotPosition join)
    {
        var entry = fetched.Entry;
        if (entry.Seq > join.Seq || entry.Seq > fetched.CommitSeq)
            return Intake.Waiting;
        if (!_isBegun)
        {
            // The copy begins with the first entry that was asked for, or with the first that its sender still has.
            if (entry.Seq != SequenceNumber.Max(_from, fetched.FirstKept))
                return Intake.Waiting;
            BeginAt(entry);
        }
        else if (entry.Seq == fetched.FirstKept && entry.Seq > log.Last.Next)
        {
            // The copy was for an earlier JOIN, and was interrupted. The entries after it were trimmed since, because
            // every member has them.
            BeginAt(entry);
        }

        if (entry.Seq <= log.Last || !_held.TryHold(entry, log.Last))
            return Intake.Waiting;
        while (_held.TryTake(log.Last.Next, out var next))
        {
            if (next.Previous != log.Chain || (next.Seq == join.Seq && next.Chain != join.Chain))
                return Intake.Contradiction($"entry {next.Seq} of the log before the JOIN does not fit the chain");
            log.Append(next);
        }

        if (log.Last >= join.Seq)
            return Intake.Complete;
        return _held.Count == 0 ? Intake.Taken : Intake.Waiting;
    }

    private void BeginAt(Entry first)
    {
        _held.Clear();
        log.RestartBefore(first);
        _isBegun = true;
    }
}
