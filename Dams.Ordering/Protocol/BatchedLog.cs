using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <summary>
/// The log of a member together with what its next batch will add. Decides what goes to disk in one batch, and knows
/// how far the log reaches: received, durable, committed. It also has the member's record: what the member must never
/// forget besides its entries.
/// </summary>
internal sealed class BatchedLog
{
    private readonly IMemberLog _log;
    private readonly FolderStamps _stamps;
    private readonly Outbox _outbox;
    private readonly List<Entry> _appending = [];
    private readonly Queue<PendingWrite> _writes = [];
    private MemberRecord? _unwrittenRecord;
    private NodeId? _promiseTo;
    private NodeId? _installAckTo;
    private long _stampsWritten;

    /// <summary>Continues a log.</summary>
    /// <param name="log">The durable log.</param>
    /// <param name="stamps">The stamps of the folder, which are part of the record on disk.</param>
    /// <param name="outbox">Takes the wish for flushes.</param>
    /// <param name="restored">The position of the snapshot that the consumer was restored from; null if it begins empty.</param>
    public BatchedLog(IMemberLog log, FolderStamps stamps, Outbox outbox, SnapshotPosition? restored)
    {
        _log = log;
        _stamps = stamps;
        _outbox = outbox;
        Last = Durable = log.Last;
        Chain = log.Last == log.Base ? log.BaseChain : log.Read(log.Last)!.Chain;
        Committed = SequenceNumber.Min(log.CommitHint, log.Last);
        // A log that was trimmed to its end has no entry that tells the time. The snapshot behind which it was trimmed
        // tells it.
        LastTime = log.Last == log.Base ? restored?.Time ?? 0 : log.Read(log.Last)!.Time;
        Record = log.Record;
    }

    /// <summary>The number just before the first entry that is kept.</summary>
    public SequenceNumber Base => _log.Base;

    /// <summary>Last number received in order.</summary>
    public SequenceNumber Last { get; private set; }

    /// <summary>The chain value at <see cref="Last"/>.</summary>
    public Chain Chain { get; private set; }

    /// <summary>The time of the last entry, as far as this member knows it. No later entry has an earlier time.</summary>
    public long LastTime { get; private set; }

    /// <summary>The record as it is now, with the view at the end of the log. Its stamps are still those of the start.</summary>
    public MemberRecord Record { get; private set; }

    /// <summary>Last number on disk.</summary>
    public SequenceNumber Durable { get; private set; }

    /// <summary>Last number known to be committed. The log may end before it.</summary>
    public SequenceNumber Committed { get; private set; }

    /// <summary>Last number in this log that is known to be committed.</summary>
    public SequenceNumber CommittedHere => SequenceNumber.Min(Committed, Last);

    /// <summary>How many batches are written and not yet flushed.</summary>
    public int PendingWrites => _writes.Count;

    /// <summary>Whether the record that was remembered last is on disk.</summary>
    public bool IsRecordDurable => _unwrittenRecord is null && _writes.Count == 0;

    /// <summary>Reads an entry, written or not yet; null outside of the log.</summary>
    public Entry? EntryAt(SequenceNumber seq)
    {
        if (_appending.Count > 0 && seq >= _appending[0].Seq && seq <= Last)
            return _appending[(int)(seq - _appending[0].Seq)];
        return _log.Read(seq);
    }

    /// <summary>The chain value at a number; null outside of the log.</summary>
    public Chain? ChainAt(SequenceNumber seq) =>
        seq == Last ? Chain : seq == _log.Base ? _log.BaseChain : EntryAt(seq)?.Chain;

    /// <summary>
    /// Adds the next entry of the followed order. The view is always the one at the log's end, and goes to disk with the
    /// entry that changed it.
    /// </summary>
    public void AppendNext(Entry entry)
    {
        Append(entry);
        LastTime = entry.Time;
        if (entry.Kind is EntryKind.Join or EntryKind.Activate or EntryKind.Leave && entry.Seq > Record.View.Number)
            Remember(Record with { View = Record.View.After(entry) });
    }

    /// <summary>Adds an entry, and leaves the view as it is: the caller knows the view at the end of the log.</summary>
    public void Append(Entry entry)
    {
        Invariant.That(entry.Previous == Chain);
        _appending.Add(entry);
        Last = entry.Seq;
        Chain = entry.Chain;
    }

    /// <summary>Cuts the log above a number and adds these entries. Nothing of this is written yet.</summary>
    public void ReplaceAbove(SequenceNumber keep, Chain keepChain, IReadOnlyList<Entry> entries)
    {
        Invariant.That(_appending.Count == 0);
        Last = keep;
        Chain = keepChain;
        Durable = SequenceNumber.Min(Durable, keep);
        for (var i = _writes.Count; i > 0; i--)
        {
            // A flush of the entries that are cut must not count as a flush of those that replace them.
            var write = _writes.Dequeue();
            _writes.Enqueue(write with { Last = SequenceNumber.Min(write.Last, keep) });
        }

        foreach (var entry in entries)
        {
            Invariant.That(entry.Seq == Last.Next);
            Append(entry);
        }
    }

    /// <summary>The log becomes empty, and begins with this entry, which is still to be appended.</summary>
    public void RestartBefore(Entry first)
    {
        Write();
        _log.TrimTo(first.Seq + -1, first.Previous);
        Last = Durable = first.Seq + -1;
        Chain = first.Previous;
    }

    /// <summary>Entries up to a number are known to be committed.</summary>
    public void NoteCommitted(SequenceNumber seq) => Committed = SequenceNumber.Max(Committed, seq);

    /// <summary>Entries up to a number are on disk, unless they were cut since.</summary>
    public void NoteDurable(SequenceNumber seq) => Durable = SequenceNumber.Min(seq, Last);

    /// <summary>The time at the end of the log is known.</summary>
    public void NoteTime(long time) => LastTime = time;

    /// <summary>Changes the record, in memory and in the next batch.</summary>
    public void Remember(MemberRecord record) => _unwrittenRecord = Record = record;

    /// <summary>Changes the record in memory only. It goes to disk with the next one that is remembered.</summary>
    public void Adopt(MemberRecord record) => Record = record;

    /// <summary>A candidate is owed a promise when the record is on disk.</summary>
    public void OwePromise(NodeId candidate) => _promiseTo = candidate;

    /// <summary>A sequencer is owed the acknowledgement of its NEWVIEW when the record is on disk.</summary>
    public void OweInstallAck(NodeId sequencer) => _installAckTo = sequencer;

    /// <summary>Writes what was collected as one atomic batch. The shell flushes it afterwards.</summary>
    public void Write() => Write(cutTo: null);

    /// <summary>Like <see cref="Write()"/>, and the same batch cuts whatever the durable log has above a number.</summary>
    public void WriteAbove(SequenceNumber keep) => Write(keep < _log.Last ? keep : null);

    /// <summary>Takes the next write that a flush has brought to disk.</summary>
    /// <param name="write">The number of the last write that is on disk.</param>
    /// <param name="flushed">The oldest one that was not taken yet.</param>
    public bool TryTakeFlushed(long write, out PendingWrite flushed)
    {
        if (!_writes.TryPeek(out flushed) || flushed.Write > write)
            return false;
        _writes.Dequeue();
        return true;
    }

    private void Write(SequenceNumber? cutTo)
    {
        var record = _unwrittenRecord;
        if (record is not null || _stamps.Changes > _stampsWritten)
            record = (record ?? _log.Record) with { Stamps = _stamps.ToRecord() };
        if (_appending.Count == 0 && record is null && cutTo is null)
            return;
        var write = _log.Write(new LogBatch(cutTo, [.. _appending], record, CommittedHere));
        if (_appending.Count > 0 || _unwrittenRecord is not null)
            _stamps.OnWorked();
        _stampsWritten = _stamps.Changes;
        _appending.Clear();
        _writes.Enqueue(_unwrittenRecord is null
            ? new PendingWrite(write, Last, _stampsWritten)
            : new PendingWrite(write, Last, _stampsWritten, _unwrittenRecord, _promiseTo, _installAckTo));
        _unwrittenRecord = null;
        _promiseTo = _installAckTo = null;
        _outbox.WantFlush(write);
    }

    /// <summary>A batch under way to the disk, and who is owed an answer when it is there.</summary>
    /// <param name="Write">The number of the write.</param>
    /// <param name="Last">The last entry of the log with that batch.</param>
    /// <param name="Stamps">The changes of the stamps that it has.</param>
    /// <param name="Record">The record that it has; null if it changes nothing but the stamps.</param>
    /// <param name="PromiseTo">The candidate that is owed a promise; null if none is.</param>
    /// <param name="InstallAckTo">The sequencer that is owed the acknowledgement of its NEWVIEW; null if none is.</param>
    public readonly record struct PendingWrite(
        long Write, SequenceNumber Last, long Stamps, MemberRecord? Record = null, NodeId? PromiseTo = null, NodeId? InstallAckTo = null);
}
