using System.Numerics;

namespace Dams.Ordering.Storage;

/// <summary>
/// Finds entries by number. The newest are objects in memory; the others are read from their files. A piece of a file
/// stays in memory, because repairs and replays read entries in order.
/// </summary>
internal sealed class EntryReader(DurableLogOptions options, LogSegments segments)
{
    private const int ReadAheadBytes = 64 * 1024;

    private readonly Entry?[] _newest = new Entry?[BitOperations.RoundUpToPowerOf2((uint)options.CachedEntries)];
    private byte[] _ahead = [];
    private LogSegment? _aheadSegment;
    private long _aheadStart;
    private int _aheadLength;

    /// <summary>Keeps an entry that was appended.</summary>
    public void Remember(Entry entry) => _newest[entry.Seq.Value & (_newest.Length - 1)] = entry;

    /// <summary>
    /// Reads an entry that the log has. It never finds a replaced entry of the same number: the new entry took its
    /// place in memory when it was appended.
    /// </summary>
    /// <exception cref="LogCorruptException">Its bytes are not what was written.</exception>
    /// <exception cref="IOException">A disk operation failed.</exception>
    public Entry Read(SequenceNumber seq) =>
        _newest[seq.Value & (_newest.Length - 1)] is { } entry && entry.Seq == seq ? entry : ReadFromDisk(seq);

    private Entry ReadFromDisk(SequenceNumber seq)
    {
        var segment = segments.Find(seq);
        long offset = segment.OffsetOf(seq.Value);
        if (segment != _aheadSegment || offset < _aheadStart || offset + LogFormat.EntryBytesMax > _aheadStart + _aheadLength)
            Load(segment, offset);
        var start = (int)(offset - _aheadStart);
        var entry = LogFormat.ReadEntry(_ahead.AsSpan(start, _aheadLength - start), verifySum: true, out _);
        return entry is not null && entry.Seq == seq
            ? entry
            : throw new LogCorruptException(segment.Path, offset, $"entry {seq}", "other bytes");
    }

    /// <summary>
    /// Frames never change once they are written, so bytes in memory stay right. Bytes behind the end of the segment
    /// are not read.
    /// </summary>
    private void Load(LogSegment segment, long offset)
    {
        options.BeforeAccess?.Invoke(LogAccess.Read);
        if (_ahead.Length == 0)
            _ahead = new byte[ReadAheadBytes];
        _aheadSegment = null;
        _aheadLength = RandomAccess.Read(segment.Handle, _ahead.AsSpan(0, (int)Math.Min(ReadAheadBytes, segment.End - offset)), offset);
        _aheadStart = offset;
        _aheadSegment = segment;
    }
}
