using Dams.Ordering;

namespace Dams.Replica.Core;

/// <summary>
/// Decides which JOINs need a snapshot. A joiner needs the state of exactly its JOIN, until it votes or has left.
/// </summary>
internal sealed class WaitingJoiners
{
    private readonly Dictionary<byte, (Incarnation Joiner, SequenceNumber Join)> _waiting = [];

    /// <summary>The JOINs whose joiners don't vote yet.</summary>
    public IEnumerable<SequenceNumber> Joins => _waiting.Values.Select(waiting => waiting.Join);

    /// <summary>
    /// Remembers, after a start from a snapshot, the joiners whose JOINs are not executed again, because they come no
    /// later than that snapshot.
    /// </summary>
    /// <param name="view">The membership at the end of the log.</param>
    /// <param name="executed">The entry that the start began with.</param>
    public void Resume(View view, SequenceNumber executed)
    {
        foreach (var member in view.Members.Where(member => !member.Votes && member.JoinedAt <= executed))
            _waiting[member.Id] = (member.Incarnation, member.JoinedAt);
    }

    /// <summary>Notes a membership entry that was executed. The joiner of a JOIN waits from now on.</summary>
    /// <returns>The JOIN whose snapshot is no longer waited for; null if there is none.</returns>
    public SequenceNumber? OnExecuted(Entry entry, MembershipChange change)
    {
        SequenceNumber? over = null;
        if (_waiting.TryGetValue(change.Member, out var waiting)
            && (entry.Kind == EntryKind.Join || waiting.Joiner == change.Incarnation))
        {
            _waiting.Remove(change.Member);
            over = waiting.Join;
        }

        if (entry.Kind == EntryKind.Join)
            _waiting.Add(change.Member, (change.Incarnation, entry.Seq));
        return over;
    }
}
