namespace Dams.Ordering.Protocol;

/// <summary>
/// The sequencer's history: the newest entries, from which losses are repaired and repeats recognised. Only committed entries are dropped; older ones
/// are in the members' logs.
/// </summary>
/// <param name="entriesMax">Bound by number.</param>
/// <param name="bytesMax">Bound by payload bytes.</param>
internal sealed class HistoryBuffer(int entriesMax, long bytesMax)
{
    private readonly Queue<Entry> _entries = [];
    private readonly Dictionary<SequenceNumber, Entry> _bySeq = [];
    private readonly Dictionary<RequestKey, Entry> _byKey = [];
    private long _bytes;

    /// <summary>The oldest number held; one above the last when empty.</summary>
    public SequenceNumber From { get; private set; } = new(1);

    public int Count => _entries.Count;

    /// <summary>Empties it; the next entry will have the number after this one.</summary>
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

    /// <summary>Whether a new entry would put it over its bounds although everything committed is dropped.</summary>
    public bool IsFull(SequenceNumber committed) =>
        (_entries.Count >= entriesMax || _bytes >= bytesMax) && (!_entries.TryPeek(out var oldest) || oldest.Seq > committed);
}
