using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.Tests.Simulation;

/// <summary>A disk: batches are written, become durable with a sync, and a crash keeps any number of those that were not synced yet, oldest first.</summary>
internal sealed class SimulatedLog : IMemberLog
{
    private readonly List<(long Write, LogBatch Batch)> _unsynced = [];
    private readonly List<Entry> _entries = [];
    private readonly List<Entry> _durable = [];
    private MemberRecord _durableRecord;
    private SequenceNumber _durableHint;
    private long _writes;

    public SimulatedLog(Incarnation incarnation) =>
        Record = _durableRecord = new MemberRecord(incarnation, default, default, View.None);

    public MemberRecord Record { get; private set; }

    public SequenceNumber Base => SequenceNumber.Zero;

    public Chain BaseChain => Chain.Genesis;

    public SequenceNumber Last => new(_entries.Count);

    public SequenceNumber CommitHint { get; private set; }

    /// <summary>The entries that a crash can't take away.</summary>
    public IReadOnlyList<Entry> Durable => _durable;

    public Entry? Read(SequenceNumber seq) => seq.Value >= 1 && seq.Value <= _entries.Count ? _entries[(int)seq.Value - 1] : null;

    public long Write(LogBatch batch)
    {
        (Record, CommitHint) = Apply(_entries, batch, Record, CommitHint);
        _unsynced.Add((++_writes, batch));
        return _writes;
    }

    public void Sync(long write)
    {
        while (_unsynced.Count > 0 && _unsynced[0].Write <= write)
            SyncOldest();
    }

    public void Crash(SeededRandom random)
    {
        var kept = _unsynced.Count == 0 ? 0 : random.Below(_unsynced.Count + 1);
        for (var i = 0; i < kept; i++)
            SyncOldest();
        _unsynced.Clear();
        _entries.Clear();
        _entries.AddRange(_durable);
        Record = _durableRecord;
        CommitHint = _durableHint;
    }

    private void SyncOldest()
    {
        (_durableRecord, _durableHint) = Apply(_durable, _unsynced[0].Batch, _durableRecord, _durableHint);
        _unsynced.RemoveAt(0);
    }

    private static (MemberRecord, SequenceNumber) Apply(List<Entry> entries, LogBatch batch, MemberRecord record, SequenceNumber hint)
    {
        if (batch.CutTo is { } cut)
            entries.RemoveRange((int)cut.Value, entries.Count - (int)cut.Value);
        foreach (var entry in batch.Entries)
        {
            Invariant.That(entry.Seq.Value == entries.Count + 1);
            Invariant.That(entry.Previous == (entries.Count == 0 ? Chain.Genesis : entries[^1].Chain));
            entries.Add(entry);
        }

        return (batch.Record ?? record, SequenceNumber.Max(hint, batch.CommitHint));
    }
}
