using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <content>
/// Poison: an entry that kills the process that executes it. A member that died in it twice waits before it, and goes
/// on storing entries. An operator may have the entry skipped once at most one member can have executed it. In every
/// doubt, it counts as executed.
/// </content>
public sealed partial class GroupMember
{
    /// <summary>
    /// How many successive boots die in an entry before the next one waits before it. One death is not enough: it may
    /// have been chance.
    /// </summary>
    public const int DeathsMax = 2;

    private readonly IExecutionMark _mark;
    private readonly HashSet<SequenceNumber> _renounced;

    /// <summary>For each entry that was not executed and has a SKIP in this log: the number of its first SKIP, committed or not.</summary>
    private readonly Dictionary<SequenceNumber, SequenceNumber> _skips = [];

    /// <summary>
    /// The membership changes among the entries of this log that were not executed, in order. They are kept here
    /// because a member that waits for long would have to read a long log for them.
    /// </summary>
    private readonly List<(SequenceNumber Seq, MembershipChange Change)> _changes = [];

    private (SequenceNumber Seq, SequenceNumber ViewNumber, View Before)? _viewBefore;

    /// <summary>What becomes of the next entry.</summary>
    private enum Fate
    {
        /// <summary>It is executed.</summary>
        Execute,

        /// <summary>It is passed over: a SKIP of it is committed.</summary>
        Skip,

        /// <summary>
        /// The member waits: the entry kills, or was renounced, or it is not clear yet whether a SKIP of it is
        /// committed.
        /// </summary>
        Wait,
    }

    /// <summary>
    /// The entry that this member does not execute and waits before; null while it executes. Only a SKIP of it, or a
    /// new incarnation, gets past it.
    /// </summary>
    public SequenceNumber? WaitingBefore =>
        !IsOver && (IsPoison(_executed.Next) || _renounced.Contains(_executed.Next)) ? _executed.Next : null;

    /// <summary>Whether it waits because its process died in that entry, and not only because it promised not to execute it.</summary>
    public bool IsPoisoned => WaitingBefore is { } seq && IsPoison(seq);

    /// <summary>The entry that this member has executed and the others skip, if that is why it halted; null otherwise.</summary>
    public SequenceNumber? OverruledAt { get; private set; }

    private bool IsPoison(SequenceNumber seq) => _mark.DiedIn == seq && _mark.Deaths >= DeathsMax;

    /// <summary>
    /// Takes stock of earlier boots: which entry one died in, and what may have been executed without a trace. Then
    /// notes the SKIPs and membership changes in the rest of the log.
    /// </summary>
    private void TakeStock()
    {
        if (_mark.Begun is var begun && begun > SequenceNumber.Zero)
            _mark.NoteDeaths(begun, _mark.DiedIn == begun ? _mark.Deaths + 1 : 1);
        if (!_mark.IsComplete)
            _mark.Doubt(_log.Last);
        if (_restored is { } restored && _mark.Inherited < restored.Seq)
            _mark.Inherit(restored.Seq);
        for (var seq = _executed.Next; seq <= _log.Last; seq = seq.Next)
            TakeNote(_log.Read(seq)!);
    }

    /// <summary>
    /// A SKIP in the log holds its entry back at once, so that an entry that is skipped elsewhere is not executed here.
    /// The member passes over the entry only when the SKIP is committed.
    /// </summary>
    private void TakeNote(Entry entry)
    {
        if (SkippedEntry.TryRead(entry, out var skipped) && skipped.Seq > _executed)
            _skips.TryAdd(skipped.Seq, entry.Seq);
        if (!MembershipChange.TryRead(entry, out var change))
            return;
        _changes.RemoveAll(noted => noted.Seq <= _executed);
        _changes.Add((entry.Seq, change));
    }

    private void ForgetNotesAbove(SequenceNumber last)
    {
        foreach (var skipped in _skips.Where(skip => skip.Value > last).Select(skip => skip.Key).ToList())
            _skips.Remove(skipped);
        _changes.RemoveAll(noted => noted.Seq > last);
    }

    private Fate FateOf(SequenceNumber seq)
    {
        if (_skips.TryGetValue(seq, out var place))
            return place <= _commit && place <= _contiguous ? Fate.Skip : Fate.Wait;
        return IsPoison(seq) || _renounced.Contains(seq) ? Fate.Wait : Fate.Execute;
    }

    /// <summary>Executes the next entry, or passes over it.</summary>
    /// <returns>False if the entry must wait, or if the member has halted.</returns>
    private bool TryPass(Entry entry, Instant now)
    {
        switch (FateOf(entry.Seq))
        {
            case Fate.Wait:
                return false;
            case Fate.Skip:
                // A later boot must know that its state lacks this entry.
                Renounce(entry.Seq);
                _skips.Remove(entry.Seq);
                _executed = entry.Seq;
                _consumer.OnSkipped(entry, now);
                return true;
        }

        if (SkippedEntry.TryRead(entry, out var skipped) && skipped.Seq > _mark.Inherited && !_renounced.Contains(skipped.Seq))
        {
            OverruledAt = skipped.Seq;
            Halt($"entry {skipped.Seq} was executed here, but entry {entry.Seq} skips it");
            return false;
        }

        _mark.Begin(entry.Seq);
        _executed = entry.Seq;
        _consumer.OnDelivered(entry, now);
        _mark.End(entry.Seq);
        if (_mark.DiedIn == entry.Seq)
            _mark.NoteDeaths(SequenceNumber.Zero, 0);
        return true;
    }

    private void OnSkipAsk(in Envelope envelope, SkipAsk ask, Instant now)
    {
        // A joiner without a snapshot has executed nothing. It is asked too: it must not restore one and then execute
        // the entry.
        var isJoiner = State == MemberState.Joining && IsFresh && envelope.From == _reigning;
        if ((!isJoiner && !IsFromReign(envelope, now)) || (!isJoiner && ask.Seq > _contiguous) || ask.Seq == SequenceNumber.Zero)
            return;
        var answer = AnswerTo(ask);
        if (answer == SkipAnswer.Promised)
        {
            if (_options.Mutant == Mutant.SkipPromiseIsForgotten)
                _renounced.Add(ask.Seq);
            else
                Renounce(ask.Seq);
        }

        // The sequencer counts the members only after the first promise. So a mistyped old number makes no member read
        // its log.
        var isViewNeeded = !isJoiner && (answer == SkipAnswer.Promised || ask.IsUrgent);
        _outbox.Send(envelope.From, HeaderEpoch, new SkipVote(
            ask.Seq, _incarnation, answer, isViewNeeded ? ViewBefore(ask.Seq) : View.None));
    }

    /// <summary>
    /// A member that may have executed the entry never promises. A member that still could execute it promises only if
    /// the promise is needed, because only a SKIP releases the member from it.
    /// </summary>
    private SkipAnswer AnswerTo(SkipAsk ask)
    {
        // A member gets past an entry that it has renounced only by a SKIP, in this boot or in an earlier one.
        var isPassed = ask.Seq <= SequenceNumber.Max(_executed, _mark.Ended);
        if (isPassed)
            return _renounced.Contains(ask.Seq) && ask.Seq > _mark.Inherited ? SkipAnswer.Skipped : SkipAnswer.Executed;
        if (EntryAt(ask.Seq) is { Kind: not EntryKind.Operation })
            return SkipAnswer.NotARequest;
        if (IsPoison(ask.Seq) || _renounced.Contains(ask.Seq))
            return SkipAnswer.Promised;
        return ask.IsUrgent && ask.Seq > _mark.Doubtful ? SkipAnswer.Promised : SkipAnswer.Free;
    }

    private void Renounce(SequenceNumber seq)
    {
        if (_renounced.Add(seq))
        {
            _mark.Renounce(seq);
            _stamps.OnWorked();
        }
    }

    /// <summary>
    /// The members just before an entry. For each seat, the first change after the entry decides: an incarnation that
    /// leaves or is activated was a member. An incarnation that joins counts as a member too, because it may have asked
    /// for its JOIN a second time. That may ask for one promise too many, but never for one too few.
    /// </summary>
    private View ViewBefore(SequenceNumber seq)
    {
        if (_viewBefore is { } known && known.Seq == seq && known.ViewNumber == _view.Number)
            return known.Before;
        var members = _view.Members.ToDictionary(member => member.Id);
        foreach (var change in ChangesBehind(seq).DistinctBy(change => change.Member))
            members[change.Member] = new ViewMember(change.Member, change.Incarnation, null, SequenceNumber.Zero);
        var before = new View(_view.Number, members.Values);
        _viewBefore = (seq, _view.Number, before);
        return before;
    }

    /// <summary>
    /// The changes after an entry, in order. Only a member that has executed the entry reads its log, and it reads
    /// forwards because the disk reads ahead.
    /// </summary>
    private IEnumerable<MembershipChange> ChangesBehind(SequenceNumber seq)
    {
        for (var later = SequenceNumber.Max(seq, _log.Base).Next; later <= _executed; later = later.Next)
        {
            if (EntryAt(later) is { } entry && MembershipChange.TryRead(entry, out var change))
                yield return change;
        }

        foreach (var noted in _changes.Where(noted => noted.Seq > SequenceNumber.Max(seq, _executed)))
            yield return noted.Change;
    }
}
