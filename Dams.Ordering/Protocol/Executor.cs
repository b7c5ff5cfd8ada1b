using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <summary>Gives the committed entries to the consumer, one by one, and stops at one that must wait.</summary>
internal sealed class Executor
{
    private readonly BatchedLog _log;
    private readonly IEntryConsumer _consumer;
    private readonly PoisonGate _gate;
    private readonly PastViews _views;

    /// <summary>Continues after the snapshot that the consumer was restored from; null if the consumer begins empty.</summary>
    public Executor(
        BatchedLog log, IEntryConsumer consumer, IExecutionMark mark, FolderStamps stamps, SnapshotPosition? restored)
    {
        _log = log;
        _consumer = consumer;
        _gate = new PoisonGate(mark, log, stamps);
        _views = new PastViews(log);
        Executed = SequenceNumber.Max(log.Base, restored?.Seq ?? SequenceNumber.Zero);
        log.NoteCommitted(Executed);
    }

    /// <summary>Last number executed, or passed over.</summary>
    public SequenceNumber Executed { get; private set; }

    /// <summary>How many committed entries are not executed yet.</summary>
    public long Behind => _log.Committed - Executed;

    /// <summary>The next entry, if only a SKIP of it or a new incarnation gets past it; null otherwise.</summary>
    public SequenceNumber? WaitingBefore => _gate.IsBarred(Executed.Next) ? Executed.Next : null;

    /// <summary>Whether the next entry has killed so often that it is not executed.</summary>
    public bool IsPoisoned => _gate.IsPoison(Executed.Next);

    /// <summary>The entry that was executed here and that others skip; null if there is none.</summary>
    public SequenceNumber? OverruledAt { get; private set; }

    /// <summary>The next entry, if it is in the log and committed; null otherwise.</summary>
    public Entry? Next
    {
        get
        {
            if (Executed >= _log.Last || Executed >= _log.Committed)
                return null;
            var entry = _log.EntryAt(Executed.Next);
            Invariant.That(entry is not null && entry.Seq == Executed.Next);
            return entry;
        }
    }

    /// <summary>
    /// Finds out what earlier boots may have executed. Then notes the SKIPs and membership changes in the rest of the
    /// log.
    /// </summary>
    /// <param name="restored">The number of the snapshot that a joiner was restored from, if it was.</param>
    public void TakeStock(SequenceNumber? restored)
    {
        _gate.TakeStock(restored);
        for (var seq = Executed.Next; seq <= _log.Last; seq = seq.Next)
            TakeNote(_log.EntryAt(seq)!);
    }

    /// <summary>An entry is in the log. It is not necessarily committed.</summary>
    public void TakeNote(Entry entry)
    {
        _gate.TakeNote(entry, Executed);
        _views.TakeNote(entry, Executed);
    }

    /// <summary>The entries above a number are cut from the log.</summary>
    public void ForgetNotesAbove(SequenceNumber last)
    {
        _gate.ForgetNotesAbove(last);
        _views.ForgetNotesAbove(last);
    }

    /// <summary>The consumer was restored from a snapshot of a number.</summary>
    public void OnRestored(SequenceNumber seq)
    {
        _gate.Inherit(seq);
        Executed = seq;
    }

    /// <summary>Executes the next entry, or passes over it.</summary>
    /// <returns>False if the entry must wait, or if it shows that this member is overruled.</returns>
    public bool TryPass(Entry entry, Instant now)
    {
        switch (_gate.FateOf(entry.Seq))
        {
            case PoisonGate.Fate.Wait:
                return false;
            case PoisonGate.Fate.Skip:
                _gate.OnSkipped(entry.Seq);
                Executed = entry.Seq;
                _consumer.OnSkipped(entry, now);
                return true;
        }

        if (_gate.Overrules(entry, out var overruled))
        {
            OverruledAt = overruled;
            return false;
        }

        _gate.OnBegin(entry.Seq);
        Executed = entry.Seq;
        _consumer.OnDelivered(entry, now);
        _gate.OnEnd(entry.Seq);
        return true;
    }

    /// <summary>Answers whether an entry can be skipped, and keeps what it promises.</summary>
    public SkipAnswer OnSkipAsk(SkipAsk ask) => _gate.OnAsked(ask, Executed);

    /// <summary>The members just before an entry.</summary>
    /// <param name="seq">The entry.</param>
    /// <param name="view">The view at the end of the log.</param>
    public View ViewBefore(SequenceNumber seq, View view) => _views.Before(seq, view, Executed);
}
