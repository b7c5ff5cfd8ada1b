namespace Dams.Ordering.Protocol;

/// <summary>Finds the members just before an entry, according to this log.</summary>
internal sealed class PastViews(BatchedLog log)
{
    /// <summary>
    /// The membership changes among the entries of this log that were not executed, in order. They are kept here
    /// because a member that waits for long would have to read a long log for them.
    /// </summary>
    private readonly List<(SequenceNumber Seq, MembershipChange Change)> _changes = [];

    private (SequenceNumber Seq, SequenceNumber ViewNumber, View Before)? _known;

    /// <summary>Notes the change that an entry of the log is, if it is one.</summary>
    public void TakeNote(Entry entry, SequenceNumber executed)
    {
        if (!MembershipChange.TryRead(entry, out var change))
            return;
        _changes.RemoveAll(noted => noted.Seq <= executed);
        _changes.Add((entry.Seq, change));
    }

    /// <summary>The entries above a number are cut from the log.</summary>
    public void ForgetNotesAbove(SequenceNumber last) => _changes.RemoveAll(noted => noted.Seq > last);

    /// <summary>
    /// The members just before an entry. For each seat, the first change after the entry decides: an incarnation that
    /// leaves or is activated was a member. An incarnation that joins counts as a member too, because this may be its
    /// second JOIN. That may ask for one promise too many, but never for one too few.
    /// </summary>
    /// <param name="seq">The entry.</param>
    /// <param name="view">The view at the end of the log.</param>
    /// <param name="executed">The last number that this member has executed.</param>
    public View Before(SequenceNumber seq, View view, SequenceNumber executed)
    {
        if (_known is { } known && known.Seq == seq && known.ViewNumber == view.Number)
            return known.Before;
        var members = view.Members.ToDictionary(member => member.Id);
        foreach (var change in ChangesAfter(seq, executed).DistinctBy(change => change.Member))
            members[change.Member] = new ViewMember(change.Member, change.Incarnation, null, SequenceNumber.Zero);
        var before = new View(view.Number, members.Values);
        _known = (seq, view.Number, before);
        return before;
    }

    /// <summary>
    /// The changes after an entry, in order. Only a member that has executed the entry reads its log, and it reads
    /// forwards because the disk reads ahead.
    /// </summary>
    private IEnumerable<MembershipChange> ChangesAfter(SequenceNumber seq, SequenceNumber executed)
    {
        for (var later = SequenceNumber.Max(seq, log.Base).Next; later <= executed; later = later.Next)
        {
            if (log.EntryAt(later) is { } entry && MembershipChange.TryRead(entry, out var change))
                yield return change;
        }

        foreach (var noted in _changes.Where(noted => noted.Seq > SequenceNumber.Max(seq, executed)))
            yield return noted.Change;
    }
}
