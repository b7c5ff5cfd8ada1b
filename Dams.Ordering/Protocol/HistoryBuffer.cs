namespace Dams.Ordering.Protocol;

/// <summary>
/// The sequencer's history: the newest entries, which serve to repair losses and to recognise repeats. Only committed
/// entries are dropped; the members' logs have the older ones.
/// </summary>
/// <param name="entriesMax">The bound on the number of entries.</param>
/// <param name="bytesMax">The bound on their payload bytes.</param>
internal sealed class HistoryBuffer(int entriesMax, long bytesMax)
{
    private readonly Queue<Entry> _entries = [];
    private readonly Dictionary<SequenceNumber, Entry> _bySeq = [];
    private readonly Dictionary<RequestKey, Entry> _byKey = [];
    private long _bytes;

    /// <summary>The oldest number held; when empty, the number of the next entry.</summary>
    public SequenceNumber From { get; private set; } = new(1);

    public int Count => _entries.Count;

    /// <summary>Empties the buffer. The next entry will have the number after <paramref name="last"/>.</summary>
    public void Reset(SequenceNumber last)
    {
        _entries.Clear();
        _bySeq.Clear();
        _byKey.Clear();
        _bytes = 0;
        From = last.Next;
    }

    public void Append(Entry entry)
    {
        Invariant.That(entry.Seq == From + _entries.Count);
        _entries.Enqueue(entry);
        _bySeq.Add(entry.Seq, entry);
        if (entry.Kind == EntryKind.Operation)
            _byKey[entry.Request.Key] = entry;
        _bytes += entry.Request.Payload.Length;
    }

    public Entry? Find(SequenceNumber seq) => _bySeq.GetValueOrDefault(seq);

    public Entry? Find(RequestKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>Forgets a request, so that its repeat is ordered again.</summary>
    public void Forget(RequestKey key) => _byKey.Remove(key);

    /// <summary>Drops the oldest entries while the buffer is over its bounds and they are committed.</summary>
    public void Trim(SequenceNumber committed)
    {
        while ((_entries.Count > entriesMax || _bytes > bytesMax) && _entries.TryPeek(out var oldest) && oldest.Seq <= committed)
        {
            _entries.Dequeue();
            _bySeq.Remove(oldest.Seq);
            if (_byKey.TryGetValue(oldest.Request.Key, out var known) && ReferenceEquals(known, oldest))
                _byKey.Remove(oldest.Request.Key);
            _bytes -= oldest.Request.Payload.Length;
            From = oldest.Seq.Next;
        }
    }

    /// <summary>Whether a new entry would exceed the bounds even after all committed entries were dropped.</summary>
    public bool IsFull(SequenceNumber committed) =>
        (_entries.Count >= entriesMax || _bytes >= bytesMax) && (!_entries.TryPeek(out var oldest) || oldest.Seq > committed);
}
