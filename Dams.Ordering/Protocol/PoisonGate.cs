using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Decides what becomes of an entry: execute it, pass over it, or wait before it. Poison is an entry that kills the
/// process that executes it. A member that died in it twice waits before it, and goes on storing entries. An operator
/// may have the entry skipped if at most one member can have executed it. In doubt, an entry counts as executed.
/// </summary>
internal sealed class PoisonGate
{
    /// <summary>
    /// How many successive boots die in an entry before the next one waits before it. One death is not enough: it may
    /// have been chance.
    /// </summary>
    public const int DeathsMax = 2;

    private readonly IExecutionMark _mark;
    private readonly BatchedLog _log;
    private readonly FolderStamps _stamps;
    private readonly HashSet<SequenceNumber> _renounced;

    /// <summary>For each entry that was not executed and has a SKIP in this log: the number of its first SKIP, committed or not.</summary>
    private readonly Dictionary<SequenceNumber, SequenceNumber> _skips = [];

    public PoisonGate(IExecutionMark mark, BatchedLog log, FolderStamps stamps)
    {
        _mark = mark;
        _log = log;
        _stamps = stamps;
        _renounced = [.. mark.Renounced];
    }

    /// <summary>Whether an entry has killed so often that it is not executed.</summary>
    public bool IsPoison(SequenceNumber seq) => _mark.DiedIn == seq && _mark.Deaths >= DeathsMax;

    /// <summary>Whether only a SKIP, or a new incarnation, gets past an entry.</summary>
    public bool IsBarred(SequenceNumber seq) => IsPoison(seq) || _renounced.Contains(seq);

    /// <summary>
    /// Notes what earlier boots have left: the entry that one died in, and the entries that may have been executed
    /// without a trace.
    /// </summary>
    /// <param name="restored">The number of the snapshot that a joiner was restored from, if it was.</param>
    public void TakeStock(SequenceNumber? restored)
    {
        if (_mark.Begun is var begun && begun > SequenceNumber.Zero)
            _mark.NoteDeaths(begun, _mark.DiedIn == begun ? _mark.Deaths + 1 : 1);
        if (!_mark.IsComplete)
            _mark.Doubt(_log.Last);
        if (restored is { } seq && _mark.Inherited < seq)
            _mark.Inherit(seq);
    }

    /// <summary>The state comes from a snapshot, which has the effects of the entries up to a number.</summary>
    public void Inherit(SequenceNumber seq) => _mark.Inherit(seq);

    /// <summary>
    /// A SKIP in the log holds its entry back at once, so that an entry that is skipped elsewhere is not executed here.
    /// The member passes over the entry only when the SKIP is committed.
    /// </summary>
    public void TakeNote(Entry entry, SequenceNumber executed)
    {
        if (SkippedEntry.TryRead(entry, out var skipped) && skipped.Seq > executed)
            _skips.TryAdd(skipped.Seq, entry.Seq);
    }

    /// <summary>The entries above a number are cut from the log.</summary>
    public void ForgetNotesAbove(SequenceNumber last)
    {
        foreach (var skipped in _skips.Where(skip => skip.Value > last).Select(skip => skip.Key).ToList())
            _skips.Remove(skipped);
    }

    /// <summary>Decides about an entry that is committed and not executed.</summary>
    public Fate FateOf(SequenceNumber seq)
    {
        if (_skips.TryGetValue(seq, out var place))
            return place <= _log.CommittedHere ? Fate.Skip : Fate.Wait;
        return IsBarred(seq) ? Fate.Wait : Fate.Execute;
    }

    /// <summary>Whether an entry is the SKIP of one that this member has executed, and others have not.</summary>
    public bool Overrules(Entry entry, out SequenceNumber seq)
    {
        var isSkip = SkippedEntry.TryRead(entry, out var skipped);
        seq = skipped.Seq;
        return isSkip && seq > _mark.Inherited && !_renounced.Contains(seq);
    }

    /// <summary>An entry is about to be executed.</summary>
    public void OnBegin(SequenceNumber seq) => _mark.Begin(seq);

    /// <summary>An entry was executed, and the process lives.</summary>
    public void OnEnd(SequenceNumber seq)
    {
        _mark.End(seq);
        if (_mark.DiedIn == seq)
            _mark.NoteDeaths(SequenceNumber.Zero, 0);
    }

    /// <summary>An entry is passed over. A later boot must know that its state lacks this entry.</summary>
    public void OnSkipped(SequenceNumber seq)
    {
        Renounce(seq);
        _skips.Remove(seq);
    }

    /// <summary>Answers whether an entry can be skipped. A promise never to execute it is on disk when it is given.</summary>
    public SkipAnswer OnAsked(SkipAsk ask, SequenceNumber executed)
    {
        var answer = AnswerTo(ask, executed);
        if (answer == SkipAnswer.Promised)
            Renounce(ask.Seq);
        return answer;
    }

    /// <summary>
    /// A member that may have executed the entry never promises. A member that still could execute it promises only if
    /// the promise is needed, because only a SKIP releases the member from it.
    /// </summary>
    private SkipAnswer AnswerTo(SkipAsk ask, SequenceNumber executed)
    {
        // A member gets past an entry that it has renounced only by a SKIP, in this boot or in an earlier one.
        var isPassed = ask.Seq <= SequenceNumber.Max(executed, _mark.Ended);
        if (isPassed)
            return _renounced.Contains(ask.Seq) && ask.Seq > _mark.Inherited ? SkipAnswer.Skipped : SkipAnswer.Executed;
        if (_log.EntryAt(ask.Seq) is { Kind: not EntryKind.Operation })
            return SkipAnswer.NotARequest;
        if (IsBarred(ask.Seq))
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

    /// <summary>The decision about an entry.</summary>
    public enum Fate
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
}
