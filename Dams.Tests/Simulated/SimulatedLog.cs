using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.Tests.Simulated;

/// <summary>
/// A log on a simulated disk. Batches are written, and a sync makes them durable. A crash keeps any number of the batches that were
/// not synced yet, oldest first. It tears the first one that it does not keep.
/// </summary>
internal sealed class SimulatedLog : IMemberLog
{
    private readonly List<(long Write, LogBatch Batch)> _unsynced = [];
    private Content _seen;
    private Content _durable;
    private long _writes;

    public SimulatedLog(Incarnation incarnation)
    {
        var record = new MemberRecord(incarnation, default, default, View.None);
        _seen = new Content(record);
        _durable = new Content(record);
    }

    private SimulatedLog(Content content)
    {
        _seen = content;
        _durable = content.Copy();
    }

    /// <summary>Whether this is an older copy of a log that has gone on since.</summary>
    public bool IsOld { get; private init; }

    public MemberRecord Record => _seen.Record;

    public SequenceNumber Base => _seen.Base;

    public Chain BaseChain => _seen.BaseChain;

    public SequenceNumber Last => _seen.Last;

    public SequenceNumber CommitHint => _seen.Hint;

    /// <summary>The record that a crash can't take away.</summary>
    public MemberRecord DurableRecord => _durable.Record;

    /// <summary>The last entry that a crash can't take away.</summary>
    public SequenceNumber DurableLast => _durable.Last;

    /// <summary>Whether a crash can't take this entry away: it is on disk, or was trimmed from it.</summary>
    public bool HasDurably(Entry entry) =>
        entry.Seq <= _durable.Base || (entry.Seq <= _durable.Last && _durable.Read(entry.Seq)!.Chain == entry.Chain);

    /// <summary>The entries that were read, in order; null while no test counts them.</summary>
    public List<SequenceNumber>? Reads { get; set; }

    public Entry? Read(SequenceNumber seq)
    {
        Reads?.Add(seq);
        return _seen.Read(seq);
    }

    /// <summary>Whether the LEAVE of an incarnation is on disk, or may have been trimmed from it.</summary>
    public bool HasLeave(byte member, ulong incarnation)
    {
        for (var seq = _durable.Base.Next; seq <= _durable.Last; seq = seq.Next)
        {
            if (_durable.Read(seq) is { Kind: EntryKind.Leave } entry && MembershipChange.TryRead(entry, out var change)
                && change == new MembershipChange(member, new Incarnation(incarnation)))
                return true;
        }

        return _durable.Base > SequenceNumber.Zero;
    }

    public long Write(LogBatch batch)
    {
        _seen.Apply(batch);
        _unsynced.Add((++_writes, batch));
        return _writes;
    }

    public void TrimTo(SequenceNumber seq, Chain chain)
    {
        Sync(_writes);
        _seen.TrimTo(seq, chain);
        _durable.TrimTo(seq, chain);
    }

    /// <summary>A copy of the files as they are now on disk, to put back later.</summary>
    public SimulatedLog ToCopy() => new(_durable.Copy()) { IsOld = true };

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
        if (_unsynced.Count > 0
            && TornBatch.IsWhole(_unsynced[0].Batch, _unsynced[0].Write, new SeededRandom(Record.Incarnation.Value ^ (ulong)_writes)))
            SyncOldest();
        CrashWithoutRest();
    }

    /// <summary>Crashes, and loses everything that was not synced.</summary>
    public void CrashWithoutRest()
    {
        _unsynced.Clear();
        _seen = _durable.Copy();
    }

    private void SyncOldest()
    {
        _durable.Apply(_unsynced[0].Batch);
        _unsynced.RemoveAt(0);
    }

    private sealed class Content(MemberRecord record)
    {
        private readonly List<Entry> _entries = [];

        public MemberRecord Record { get; private set; } = record;

        public SequenceNumber Base { get; private set; }

        public Chain BaseChain { get; private set; }

        public SequenceNumber Hint { get; private set; }

        public SequenceNumber Last => Base + _entries.Count;

        public Entry? Read(SequenceNumber seq) => seq > Base && seq <= Last ? _entries[(int)(seq - Base) - 1] : null;

        public void Apply(LogBatch batch)
        {
            if (batch.CutTo is { } cut)
                _entries.RemoveRange((int)(cut - Base), (int)(Last - cut));
            foreach (var entry in batch.Entries)
            {
                Invariant.That(entry.Seq == Last.Next);
                Invariant.That(entry.Previous == (_entries.Count == 0 ? BaseChain : _entries[^1].Chain));
                _entries.Add(entry);
            }

            Record = batch.Record ?? Record;
            Hint = SequenceNumber.Max(Hint, batch.CommitHint);
        }

        public void TrimTo(SequenceNumber seq, Chain chain)
        {
            Invariant.That(seq >= Base);
            Invariant.That(seq > Last || seq == Base || Read(seq)!.Chain == chain);
            if (seq > Last)
                _entries.Clear();
            else
                _entries.RemoveRange(0, (int)(seq - Base));
            Base = seq;
            BaseChain = chain;
        }

        public Content Copy()
        {
            var copy = new Content(Record) { Base = Base, BaseChain = BaseChain, Hint = Hint };
            copy._entries.AddRange(_entries);
            return copy;
        }
    }
}
