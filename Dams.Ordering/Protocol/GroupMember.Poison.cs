using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <content>
/// Poison: an entry that kills whoever executes it. Who died in it twice waits before it, and goes on storing; an operator may have it skipped once nobody
/// but one can have executed it. The safe reading of every doubt is that it was executed.
/// </content>
public sealed partial class GroupMember
{
    /// <summary>So many lives end in an entry before the next one waits in front of it: the first may have been killed there by chance.</summary>
    public const int DeathsMax = 2;

    private readonly IExecutionMark _mark;
    private readonly HashSet<SequenceNumber> _renounced;

    /// <summary>For entries that were not executed: the place of the first SKIP of them in this log, committed or not.</summary>
    private readonly Dictionary<SequenceNumber, SequenceNumber> _skips = [];

    /// <summary>Of the entries of this log that were not executed: those that change the members, in order. Who waits long would have a long log to read for them.</summary>
    private readonly List<(SequenceNumber Seq, MembershipChange Change)> _changes = [];

    private (SequenceNumber Seq, SequenceNumber ViewNumber, View Before)? _viewBefore;

    /// <summary>What becomes of the next entry.</summary>
    private enum Fate
    {
        /// <summary>It is executed.</summary>
        Execute,

        /// <summary>It is passed over: a SKIP of it is committed.</summary>
        Skip,

        /// <summary>Nothing yet: it kills, or was renounced, or it is not clear yet whether a SKIP of it is committed.</summary>
        Wait,
    }

    /// <summary>The entry that this member does not execute, and waits before; null while it executes. Only a SKIP of it, or a new incarnation, goes on.</summary>
    public SequenceNumber? WaitingBefore =>
        !IsOver && (IsPoison(_executed.Next) || _renounced.Contains(_executed.Next)) ? _executed.Next : null;

    /// <summary>Whether it waits because its process died in that entry, and not only because it promised not to execute it.</summary>
    public bool IsPoisoned => WaitingBefore is { } seq && IsPoison(seq);

    /// <summary>The entry that this member has executed and the others skip: why it halted; null otherwise.</summary>
    public SequenceNumber? OverruledAt { get; private set; }

    private bool IsPoison(SequenceNumber seq) => _mark.DiedIn == seq && _mark.Deaths >= DeathsMax;

    /// <summary>Takes stock of former lives: what one died in, what may have been executed without a trace, and which entries are skipped further on.</summary>
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

    /// <summary>A SKIP in the log holds the entry back at once, although only the committed one passes over it: what is skipped elsewhere is not executed here.</summary>
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
    /// <returns>False if it must wait.</returns>
    private bool TryPass(Entry entry, Instant now)
    {
        switch (FateOf(entry.Seq))
        {
            case Fate.Wait:
                return false;
            case Fate.Skip:
                // A later life must know that its state is without this entry.
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
        // A joiner without a snapshot has executed nothing, and must not restore one and then execute the entry.
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

        // Until somebody has promised nobody counts the members; an old number, mistyped, has nobody read its log.
        var isViewNeeded = !isJoiner && (answer == SkipAnswer.Promised || ask.IsUrgent);
        _outbox.Send(envelope.From, HeaderEpoch, new SkipVote(ask.Seq, _incarnation, answer, isViewNeeded ? ViewBefore(ask.Seq) : View.None));
    }

    /// <summary>Who may have executed the entry never promises; who still could does only if it is needed, because nothing but a SKIP releases it.</summary>
    private SkipAnswer AnswerTo(SkipAsk ask)
    {
        // Nobody gets past what it has renounced but by a SKIP, in this life or in one before.
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
    /// The members just before an entry, of each slot what the first change behind the entry says of it: who leaves or is activated was there. Who joins may
    /// have asked for its JOIN a second time, so it counts as there: one promise too many is asked for then, and none too few.
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

    /// <summary>In order. Only who has executed the entry reads its log, forwards, as the disk reads ahead.</summary>
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
