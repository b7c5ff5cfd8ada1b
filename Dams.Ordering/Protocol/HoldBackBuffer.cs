namespace Dams.Ordering.Protocol;

/// <summary>
/// Entries that arrived beyond a gap, bounded by the window. Only the entry that is next comes out, never just any that
/// is there.
/// </summary>
/// <param name="windowEntriesMax">How far ahead of the last contiguous number an entry may be.</param>
internal sealed class HoldBackBuffer(int windowEntriesMax)
{
    private readonly Dictionary<SequenceNumber, Entry> _entries = [];

    /// <summary>The highest number held; 0 when empty.</summary>
    public SequenceNumber Highest { get; private set; }

    public int Count => _entries.Count;

    public bool Holds(SequenceNumber seq) => _entries.ContainsKey(seq);

    /// <summary>Keeps an entry; false if it is too far ahead.</summary>
    public bool TryHold(Entry entry, SequenceNumber contiguous)
    {
        if (entry.Seq - contiguous > windowEntriesMax)
            return false;
        _entries.TryAdd(entry.Seq, entry);
        Highest = SequenceNumber.Max(Highest, entry.Seq);
        return true;
    }

    /// <summary>Takes the entry of exactly this number out.</summary>
    public bool TryTake(SequenceNumber seq, out Entry entry)
    {
        var found = _entries.Remove(seq, out entry!);
        if (_entries.Count == 0)
            Highest = SequenceNumber.Zero;
        return found;
    }

    public void Clear()
    {
        _entries.Clear();
        Highest = SequenceNumber.Zero;
    }
}
