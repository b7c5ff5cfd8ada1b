using Microsoft.Extensions.Logging;

namespace Dams.Ordering.Storage;

/// <summary>
/// The files of a log. Frames are appended to the last one. This object decides which file has an entry, when the next
/// file is prepared, which files hold no entry of the log any more, and how much the log can certainly take. Its methods
/// throw what the disk throws. Owner's thread.
/// </summary>
internal sealed class LogSegments(DurableLogOptions options, ILogger logger) : IDisposable
{
    private readonly SegmentFactory _factory = new(options, logger);
    private readonly List<LogSegment> _segments = [];

    /// <summary>All segments, oldest first.</summary>
    public IReadOnlyList<LogSegment> All => _segments;

    /// <summary>The last segment, which gets the next frame.</summary>
    public LogSegment Active => _segments[^1];

    /// <summary>How many bytes can certainly be written while the next segment can't be made; null while it can be made.</summary>
    public long? BytesLeft => _factory.IsShort ? Active.Header.Capacity - Active.End + _factory.SpareBytes : null;

    private bool IsDurable => options.Durability == Durability.Disk;

    /// <summary>Removes the files that an earlier boot was preparing when it ended.</summary>
    public void DeleteLeftovers() => _factory.DeleteLeftovers();

    /// <summary>Adds a segment that is on disk already.</summary>
    public void Add(LogSegment segment) => _segments.Add(segment);

    /// <summary>Makes a new segment with room for a frame. Everything before it must be flushed.</summary>
    /// <param name="firstBatch">The number of the first batch in it.</param>
    /// <param name="frameBytes">The length of that batch's frame.</param>
    /// <param name="state">The state of the log before that batch.</param>
    public void AddNew(ulong firstBatch, long frameBytes, in LogState state)
    {
        var number = _segments.Count == 0 ? 1 : Active.Header.Number + 1;
        var segment = _factory.Create(number, RandomBits.Next(), firstBatch, frameBytes, state);
        _segments.Add(segment);
        logger.SegmentAdded(segment.Path, segment.Header.Capacity);
    }

    /// <summary>Whether the last segment has room for a frame.</summary>
    public bool HasRoomFor(int frameBytes) => Active.End + frameBytes <= Active.Header.Capacity;

    /// <summary>Seals a frame and appends it to the last segment. It is durable after <see cref="Flush"/>.</summary>
    /// <returns>Where the frame begins in the segment.</returns>
    public long Append(Span<byte> frame)
    {
        options.BeforeAccess?.Invoke(LogAccess.Write);
        LogFormat.SealFrame(frame, Active.Header.Salt);
        var start = Active.End;
        RandomAccess.Write(Active.Handle, frame, start);
        Active.End += frame.Length;
        PrepareNextInTime();
        return start;
    }

    /// <summary>Flushes the last segment. A file that was deleted or moved away counts as a failed disk.</summary>
    public void Flush()
    {
        options.BeforeAccess?.Invoke(LogAccess.Flush);
        // Writes to a file without a name succeed, but nobody can read them again.
        if (!File.Exists(Active.Path))
            throw new FileNotFoundException($"{Active.Path} was deleted or moved away.");
        if (IsDurable)
            RandomAccess.FlushToDisk(Active.Handle);
    }

    /// <summary>The segment that holds an entry of the log.</summary>
    public LogSegment Find(SequenceNumber seq)
    {
        for (var i = _segments.Count - 1; i >= 0; i--)
        {
            if (_segments[i].Count > 0 && _segments[i].FirstSeq <= seq.Value)
                return _segments[i];
        }

        throw new InvariantBrokenException("every entry of the log is in a segment");
    }

    /// <summary>
    /// Cuts off the entries above a number. A cut may reach back over several files; the entries stay in the files and
    /// no longer count.
    /// </summary>
    public void CutTo(SequenceNumber seq)
    {
        for (var i = _segments.Count - 1; i >= 0; i--)
        {
            if (_segments[i].Count > 0 && _segments[i].LastSeq <= seq.Value)
                return;
            _segments[i].CutTo(seq.Value);
        }
    }

    /// <summary>Deletes the files that hold no entry above a number. The last file stays.</summary>
    public void DeleteUpTo(SequenceNumber seq)
    {
        var deleted = 0;
        // The oldest first: a crash between two deletions leaves a log that begins later, never one with a gap.
        while (_segments.Count > 1 && (_segments[0].Count == 0 || _segments[0].LastSeq <= seq.Value))
        {
            var segment = _segments[0];
            _segments.RemoveAt(0);
            segment.Dispose();
            File.Delete(segment.Path);
            deleted++;
        }

        if (deleted == 0)
            return;
        if (IsDurable)
            DirectorySync.Flush(options.Folder);
        logger.Trimmed(deleted, seq);
    }

    /// <summary>Begins to prepare the next segment if it is time to.</summary>
    public void PrepareNextInTime() => _factory.PrepareSpareInTime(Active);

    /// <summary>Tells how much the log can certainly take, and repeats a failed attempt to prepare the next segment.</summary>
    public LogRoom LookForRoom()
    {
        PrepareNextInTime();
        return BytesLeft is not { } left || left >= options.EntriesReserveBytes ? LogRoom.Enough
            : left >= options.RecordsReserveBytes ? LogRoom.RecordsOnly : LogRoom.None;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _factory.Dispose();
        foreach (var segment in _segments)
            segment.Dispose();
    }
}
