using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Ordering.Storage;

/// <summary>
/// The log of a member on disk. It is the history buffer of the protocol, so entries are found by number and sent
/// again. <c>LogFormat</c> describes the bytes. One thread, the owner's loop; a separate task prepares the next file.
/// Writes are visible at once and durable after <see cref="Flush"/>.
/// </summary>
/// <remarks>
/// Known limit: after a power cut, and only then, the note of how far the log was flushed may be outdated. If the last
/// durable batch is damaged as well, nothing behind it says that it was durable. So it looks like a batch that the
/// power cut tore. The log then drops it and reports it as <see cref="TornTail"/>.
/// </remarks>
public sealed partial class DurableLog : IMemberLog, IFlushable, IDisposable
{
    private const int BufferBytesKept = 4 * 1024 * 1024;

    private readonly DurableLogOptions _options;
    private readonly ILogger _logger;
    private readonly FileStream _lock;
    private readonly SegmentFactory _factory;
    private readonly FlushMark _mark;
    private readonly List<LogSegment> _segments = [];
    private readonly EntryReader _entries;
    private readonly List<uint> _offsets = [];
    private byte[] _buffer = new byte[64 * 1024];
    private LogState _state;
    private ulong _lastBatch;
    private ulong _flushedThrough;
    private string? _unusable;

    private DurableLog(DurableLogOptions options, ILogger logger, FileStream lockFile, FlushMark mark)
    {
        _options = options;
        _logger = logger;
        _lock = lockFile;
        _mark = mark;
        _factory = new SegmentFactory(options, logger);
        _entries = new EntryReader(options, _segments);
    }

    /// <inheritdoc/>
    public MemberRecord Record => _state.Record;

    /// <inheritdoc/>
    public SequenceNumber Base => _state.Base.Seq;

    /// <inheritdoc/>
    public Chain BaseChain => _state.Base.Chain;

    /// <inheritdoc/>
    public SequenceNumber Last => _state.Last.Seq;

    /// <summary>The chain value at <see cref="Last"/>.</summary>
    public Chain LastChain => _state.Last.Chain;

    /// <inheritdoc/>
    public SequenceNumber CommitHint => _state.CommitHint;

    /// <summary>Whether a flush reaches the disk. False with <see cref="Durability.Memory"/>; status pages must then say so.</summary>
    public bool IsDurable => _options.Durability == Durability.Disk;

    /// <summary>The torn end that a crash left, and that was cut off when the log was opened; null if the end was clean.</summary>
    public TornTail? TornTail { get; private set; }

    /// <summary>Whether opening the log made the folder, and with it the incarnation.</summary>
    public bool IsNew { get; private set; }

    /// <summary>The highest write that is durable.</summary>
    public long Flushed => (long)_flushedThrough;

    /// <summary>How many files there are.</summary>
    public int SegmentCount => _segments.Count;

    /// <summary>The size of the segments on disk, in bytes, without the one that is prepared ahead.</summary>
    public long BytesOnDisk { get; private set; }

    /// <summary>Where the next batch goes. For tests that damage what was not flushed.</summary>
    internal (string File, long Offset) End => (Active.Path, Active.End);

    private LogSegment Active => _segments[^1];

    /// <summary>Opens the log of a folder, or makes the folder and a new incarnation. Logs what was found.</summary>
    /// <exception cref="ArgumentException">The options are wrong. The message lists all problems.</exception>
    /// <exception cref="LogInUseException">Another process has the folder open.</exception>
    /// <exception cref="LogCorruptException">Durable bytes are wrong or missing.</exception>
    /// <exception cref="LogFailedException">A disk operation failed.</exception>
    public static DurableLog Open(DurableLogOptions options, ILogger<DurableLog>? logger = null)
    {
        var problems = options.Validate();
        if (problems.Count > 0)
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        FileStream? lockFile = null;
        DurableLog? log = null;
        var watch = Stopwatch.StartNew();
        try
        {
            Directory.CreateDirectory(options.Folder);
            lockFile = FolderLock.Take(options.Folder);
            log = new DurableLog(options, logger ?? NullLogger<DurableLog>.Instance, lockFile, new FlushMark(options.Folder));
            log.Load(watch);
            return log;
        }
        catch (Exception exception)
        {
            log?.Dispose();
            lockFile?.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
                throw new LogFailedException($"The log in {options.Folder} can't be opened: {exception.Message}", exception);
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="LogCorruptException">The entry is there, but its bytes are wrong.</exception>
    /// <exception cref="LogFailedException">A disk operation failed.</exception>
    public Entry? Read(SequenceNumber seq)
    {
        if (seq <= Base || seq > Last)
            return null;
        try
        {
            return _entries.Read(seq);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("read", exception);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvariantBrokenException">The batch does not follow the entries in the log.</exception>
    /// <exception cref="LogFailedException">A disk operation failed, now or before.</exception>
    public long Write(LogBatch batch)
    {
        var cut = default(ChainPoint);
        var flags = LogFormat.FrameFlags.None;
        var last = _state.Last;
        if (batch.CutTo is { } cutTo)
        {
            Invariant.That(cutTo >= Base && cutTo <= Last, "a cut is within the log");
            cut = last = PointAt(cutTo);
            flags |= LogFormat.FrameFlags.Cut;
        }

        foreach (var entry in batch.Entries)
        {
            Invariant.That(entry.Seq == last.Seq.Next, "entries follow the last one without a gap");
            Invariant.That(entry.Previous == last.Chain, "entries follow the last one's chain");
            last = new ChainPoint(entry.Seq, entry.Chain);
        }

        if (batch.Record is not null)
            flags |= LogFormat.FrameFlags.Record;
        Append(flags, cut, default, batch.Record, batch.Entries, batch.CommitHint);
        return (long)_lastBatch;
    }

    /// <summary>
    /// Makes everything that was written durable with one fsync (FlushToDisk), which takes about 40 us on a solid-state
    /// disk. Returns at once if there is nothing new. A log whose file was deleted or moved away has failed, like one
    /// whose disk fails.
    /// </summary>
    /// <exception cref="LogFailedException">A disk operation failed, now or before.</exception>
    public void Flush()
    {
        ThrowIfUnusable();
        if (_flushedThrough == _lastBatch)
            return;
        try
        {
            _options.BeforeAccess?.Invoke(LogAccess.Flush);
            // Writes to a file without a name succeed, but nobody can read them again.
            if (!File.Exists(Active.Path))
                throw new FileNotFoundException($"{Active.Path} was deleted or moved away.");
            if (IsDurable)
                RandomAccess.FlushToDisk(Active.Handle);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("flushed", exception);
        }

        NoteFlushed(_lastBatch);
    }

    /// <summary>Flushes, unless the disk has failed, and releases the folder.</summary>
    public void Dispose()
    {
        if (_unusable is null && _segments.Count > 0)
        {
            try
            {
                Flush();
            }
            catch (LogFailedException)
            {
                // The logger has reported this. Nobody was told that these writes are durable.
            }
        }

        _unusable ??= "it was closed";
        _factory.Dispose();
        foreach (var segment in _segments)
            segment.Dispose();
        _mark.Dispose();
        _lock.Dispose();
    }

    private void Load(Stopwatch watch)
    {
        _factory.DeleteLeftovers();
        var recovery = new LogRecovery(_options, _mark, _entries.Remember);
        try
        {
            IsNew = !recovery.Run();
        }
        finally
        {
            _segments.AddRange(recovery.Segments);
        }

        if (IsNew)
        {
            var incarnation = _options.IncarnationOfNewFolder ?? new Incarnation(RandomUInt64());
            _state = new LogState(default, default, default, new MemberRecord(incarnation, default, default, View.None));
            AddSegment(0);
            if (IsDurable && Path.GetDirectoryName(Path.GetFullPath(_options.Folder)) is { } parent)
                DirectorySync.Flush(parent);
        }
        else
        {
            _state = recovery.State;
            _lastBatch = recovery.LastBatch;
            TornTail = recovery.Torn;
            DeleteTrimmedSegments();
        }

        _mark.Begin(Record.Incarnation, IsDurable ? _lastBatch : 0);
        _flushedThrough = _lastBatch;
        BytesOnDisk = _segments.Sum(segment => segment.Header.Capacity);
        _factory.PrepareSpareInTime(Active);
        if (TornTail is { } torn)
            _logger.TornTailCut(torn.Bytes, torn.File, torn.Offset, Last);
        _logger.LogOpened(_options.Folder, Record.Incarnation, Base, Last, _segments.Count, watch.ElapsedMilliseconds);
        if (!IsDurable)
            _logger.NotDurable(_options.Folder);
    }

    private void Append(
        LogFormat.FrameFlags flags, ChainPoint cut, ChainPoint trim, MemberRecord? record, IReadOnlyList<Entry> entries,
        SequenceNumber commitHint)
    {
        ThrowIfUnusable();
        var bound = LogFormat.FrameBytesMax(entries);
        Invariant.That(bound <= DurableLogOptions.SegmentBytesMax - LogFormat.HeaderSize, "a batch fits the largest segment");
        if (_buffer.Length < bound)
            _buffer = new byte[Math.Max(bound, Math.Min(2L * _buffer.Length, BufferBytesKept))];
        var hint = SequenceNumber.Max(commitHint, CommitHint);

        // If the frame needs a new segment, everything before it is flushed below. Its header then names an older flushed batch,
        // which is still true.
        var header = new LogFormat.FrameHeader(0, flags, _lastBatch + 1, _flushedThrough, hint, entries.Count);
        var length = LogFormat.WriteFrame(_buffer, header, cut, trim, record, entries, _offsets);
        var frame = _buffer.AsSpan(0, length);
        try
        {
            if (Active.End + length > Active.Header.Capacity)
            {
                Flush();
                AddSegment(length);
            }

            _options.BeforeAccess?.Invoke(LogAccess.Write);
            LogFormat.SealFrame(frame, Active.Header.Salt);
            RandomAccess.Write(Active.Handle, frame, Active.End);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("written", exception);
        }

        Apply(flags, cut, trim, record, entries);
        _state = _state with { CommitHint = hint };
        Active.End += length;
        _factory.PrepareSpareInTime(Active);
        _lastBatch++;
        if (_buffer.Length > BufferBytesKept)
            _buffer = new byte[64 * 1024];
    }

    private void Apply(LogFormat.FrameFlags flags, ChainPoint cut, ChainPoint trim, MemberRecord? record, IReadOnlyList<Entry> entries)
    {
        if (flags.HasFlag(LogFormat.FrameFlags.Cut))
        {
            LogSegment.CutTo(_segments, cut.Seq);
            _state = _state with { Last = cut };
        }

        if (flags.HasFlag(LogFormat.FrameFlags.Trim))
        {
            if (trim.Seq > Last)
            {
                LogSegment.CutTo(_segments, SequenceNumber.Zero);
                _state = _state with { Last = trim };
            }

            _state = _state with { Base = trim };
        }

        if (record is not null)
            _state = _state with { Record = record };
        for (var i = 0; i < entries.Count; i++)
        {
            Active.Append(entries[i].Seq.Value, (uint)Active.End + _offsets[i]);
            _entries.Remember(entries[i]);
            if (i == entries.Count - 1)
                _state = _state with { Last = new ChainPoint(entries[i].Seq, entries[i].Chain) };
        }
    }

    private ChainPoint PointAt(SequenceNumber seq)
    {
        if (seq == Last)
            return _state.Last;
        return seq == Base ? _state.Base : new ChainPoint(seq, Read(seq)!.Chain);
    }

    private void AddSegment(long frameBytes)
    {
        var number = _segments.Count == 0 ? 1 : Active.Header.Number + 1;
        var segment = _factory.Create(number, RandomUInt64(), _lastBatch + 1, frameBytes, _state);
        _segments.Add(segment);
        BytesOnDisk += segment.Header.Capacity;
        _logger.SegmentAdded(segment.Path, segment.Header.Capacity);
    }

    /// <summary>
    /// Notes a flush only if it reached the disk. After a power cut, batches that were in memory alone may be gone
    /// while a note of them is still there.
    /// </summary>
    private void NoteFlushed(ulong batch)
    {
        _flushedThrough = batch;
        if (IsDurable)
            _mark.Note(batch);
    }

    private LogFailedException Failed(string what, Exception exception)
    {
        _unusable ??= $"it could not be {what} ({exception.Message})";
        _logger.Failed(_options.Folder, what, exception.Message);
        return new LogFailedException(
            $"The log in {_options.Folder} could not be {what}: {exception.Message} "
            + "It accepts no more writes; restart the process when the disk works again.",
            exception);
    }

    private void ThrowIfUnusable()
    {
        if (_unusable is not null)
            throw new LogFailedException($"The log in {_options.Folder} accepts no more writes: {_unusable}.", null);
    }

    private static ulong RandomUInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong value;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            value = BitConverter.ToUInt64(bytes);
        }
        while (value == 0);
        return value;
    }
}
