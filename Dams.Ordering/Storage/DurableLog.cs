using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Ordering.Storage;

/// <summary>
/// The log of a member on disk. It is the history buffer of the protocol, so entries are found by number and sent
/// again. <c>LogFormat</c> describes the bytes. One thread, the owner's loop; a separate task prepares the next file.
/// Writes are visible at once and durable after <see cref="Flush"/>.
/// </summary>
/// <remarks>
/// The log itself knows the state between two frames, and decides what may follow it. The parts do the rest:
/// <c>LogRecovery</c> reads a folder back, <c>FrameBuffer</c> encodes, <c>LogSegments</c> has the files,
/// <c>EntryReader</c> finds entries, <c>FlushProgress</c> knows what is flushed, <c>FailStop</c> ends all writing.
/// <para>
/// Known limit: after a power cut, and only then, the note of how far the log was flushed may be outdated. If the last
/// durable batch is damaged as well, nothing behind it says that it was durable. So it looks like a batch that the
/// power cut tore. The log then drops it and reports it as <see cref="TornTail"/>.
/// </para>
/// </remarks>
public sealed class DurableLog : IMemberLog, IFlushable, IDisposable
{
    private readonly DurableLogOptions _options;
    private readonly ILogger _logger;
    private readonly FileStream _lock;
    private readonly FailStop _failStop;
    private readonly FlushProgress _progress;
    private readonly LogSegments _segments;
    private readonly EntryReader _entries;
    private readonly FrameBuffer _frames = new();
    private LogState _state;

    private DurableLog(DurableLogOptions options, ILogger logger, FileStream lockFile, FlushMark mark)
    {
        _options = options;
        _logger = logger;
        _lock = lockFile;
        _failStop = new FailStop(options.Folder, logger);
        _progress = new FlushProgress(mark, options.Durability);
        _segments = new LogSegments(options, logger);
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
    internal Chain LastChain => _state.Last.Chain;

    /// <inheritdoc/>
    public SequenceNumber CommitHint => _state.CommitHint;

    /// <summary>Whether a flush reaches the disk. False with <see cref="Durability.Memory"/>; status pages must then say so.</summary>
    public bool IsDurable => _options.Durability == Durability.Disk;

    /// <summary>The torn end that a crash left, and that was cut off when the log was opened; null if the end was clean.</summary>
    public TornTail? TornTail { get; private set; }

    /// <summary>Whether opening the log made the folder, and with it the incarnation.</summary>
    public bool IsNew { get; private set; }

    /// <summary>The highest write that is durable.</summary>
    internal long Flushed => (long)_progress.Flushed;

    /// <summary>How many files there are.</summary>
    public int SegmentCount => _segments.All.Count;

    /// <summary>The size of the segments on disk, in bytes, without the one that is prepared ahead.</summary>
    internal long BytesOnDisk => _segments.All.Sum(segment => segment.Header.Capacity);

    /// <summary>How many bytes can certainly be written while the next segment can't be made; null while it can be made.</summary>
    public long? BytesLeft => _segments.BytesLeft;

    /// <summary>Where the next batch goes. For tests that damage what was not flushed.</summary>
    internal (string File, long Offset) End => (_segments.Active.Path, _segments.Active.End);

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
            var mark = new FlushMark(options.Folder);
            log = new DurableLog(options, logger ?? NullLogger<DurableLog>.Instance, lockFile, mark);
            log.Load(mark, watch);
            return log;
        }
        catch (Exception exception)
        {
            log?.Dispose();
            lockFile?.Dispose();
            if (FailStop.IsOfDisk(exception))
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
        catch (Exception exception) when (FailStop.IsOfDisk(exception))
        {
            throw _failStop.Because("read", exception);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvariantBrokenException">The batch does not follow the entries in the log.</exception>
    /// <exception cref="LogFailedException">A disk operation failed, now or before.</exception>
    public long Write(LogBatch batch)
    {
        ChainPoint? cut = null;
        var last = _state.Last;
        if (batch.CutTo is { } cutTo)
        {
            Invariant.That(cutTo >= Base && cutTo <= Last, "a cut is within the log");
            last = PointAt(cutTo);
            cut = last;
        }

        foreach (var entry in batch.Entries)
        {
            Invariant.That(entry.Seq == last.Seq.Next, "entries follow the last one without a gap");
            Invariant.That(entry.Previous == last.Chain, "entries follow the last one's chain");
            last = new ChainPoint(entry.Seq, entry.Chain);
        }

        Append(new FrameContent(cut, null, batch.Record, batch.Entries), batch.CommitHint);
        return (long)_progress.Written;
    }

    /// <summary>
    /// Makes everything that was written durable with one fsync (FlushToDisk), which takes about 40 us on a solid-state
    /// disk. Returns at once if there is nothing new. A log whose file was deleted or moved away has failed, like one
    /// whose disk fails.
    /// </summary>
    /// <exception cref="LogFailedException">A disk operation failed, now or before.</exception>
    public void Flush()
    {
        _failStop.ThrowIfStopped();
        if (_progress.IsComplete)
            return;
        try
        {
            _segments.Flush();
        }
        catch (Exception exception) when (FailStop.IsOfDisk(exception))
        {
            throw _failStop.Because("flushed", exception);
        }

        _progress.OnFlushed();
    }

    /// <summary>
    /// Forgets the entries up to a number, and deletes the files that hold no others. This is durable when it returns.
    /// A number above <see cref="Last"/> empties the log: a joiner's log begins where its donor's did.
    /// </summary>
    /// <param name="seq">The new <see cref="Base"/>. Nothing happens if it is not above the present one.</param>
    /// <param name="chain">The chain value at that number.</param>
    /// <exception cref="InvariantBrokenException">The entry of that number has another chain value.</exception>
    /// <exception cref="LogFailedException">A disk operation failed, now or before.</exception>
    public void TrimTo(SequenceNumber seq, Chain chain)
    {
        if (seq <= Base)
            return;
        Invariant.That(seq > Last || PointAt(seq).Chain == chain, "a log is trimmed at a chain value of its own");
        Append(new FrameContent(null, new ChainPoint(seq, chain), null, []), CommitHint);
        Flush();
        DeleteTrimmedSegments();
    }

    /// <inheritdoc/>
    public LogRoom LookForRoom() => _failStop.HasStopped ? LogRoom.Enough : _segments.LookForRoom();

    /// <summary>Flushes, unless the disk has failed, and releases the folder.</summary>
    public void Dispose()
    {
        if (!_failStop.HasStopped && _segments.All.Count > 0)
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

        _failStop.Close();
        _segments.Dispose();
        _progress.Dispose();
        _lock.Dispose();
    }

    private void Load(FlushMark mark, Stopwatch watch)
    {
        _segments.DeleteLeftovers();
        var recovery = new LogRecovery(_options, mark, _segments, _entries.Remember);
        IsNew = !recovery.Run();
        if (IsNew)
        {
            var incarnation = _options.IncarnationOfNewFolder ?? new Incarnation(RandomBits.Next());
            _state = new LogState(default, default, default, new MemberRecord(incarnation, default, default, View.None));
            _segments.AddNew(firstBatch: 1, frameBytes: 0, _state);
            if (IsDurable && Path.GetDirectoryName(Path.GetFullPath(_options.Folder)) is { } parent)
                DirectorySync.Flush(parent);
        }
        else
        {
            _state = recovery.State;
            TornTail = recovery.Torn;
            DeleteTrimmedSegments();
        }

        _progress.Begin(Record.Incarnation, recovery.LastBatch);
        _segments.PrepareNextInTime();
        if (TornTail is { } torn)
            _logger.TornTailCut(torn.Bytes, torn.File, torn.Offset, Last);
        _logger.LogOpened(_options.Folder, Record.Incarnation, Base, Last, SegmentCount, watch.ElapsedMilliseconds);
        if (!IsDurable)
            _logger.NotDurable(_options.Folder);
    }

    private void Append(in FrameContent content, SequenceNumber commitHint)
    {
        _failStop.ThrowIfStopped();
        var hint = SequenceNumber.Max(commitHint, CommitHint);
        long start;

        // If the frame needs a new segment, everything before it is flushed below. Its header then names an older flushed batch,
        // which is still true.
        var frame = _frames.Encode(content, _progress.Written + 1, _progress.Flushed, hint);
        try
        {
            if (!_segments.HasRoomFor(frame.Length))
            {
                Flush();
                _segments.AddNew(_progress.Written + 1, frame.Length, _state);
            }

            start = _segments.Append(frame);
        }
        catch (Exception exception) when (FailStop.IsOfDisk(exception))
        {
            throw _failStop.Because("written", exception);
        }

        Apply(content, start);
        _state = _state with { CommitHint = hint };
        _progress.OnWritten();
        _frames.Shrink();
    }

    private void Apply(in FrameContent content, long start)
    {
        if (content.Cut is { } cut)
        {
            _segments.CutTo(cut.Seq);
            _state = _state with { Last = cut };
        }

        if (content.Trim is { } trim)
        {
            if (trim.Seq > Last)
            {
                _segments.CutTo(SequenceNumber.Zero);
                _state = _state with { Last = trim };
            }

            _state = _state with { Base = trim };
        }

        if (content.Record is { } record)
            _state = _state with { Record = record };
        var entries = content.Entries;
        for (var i = 0; i < entries.Count; i++)
        {
            _segments.Active.Append(entries[i].Seq.Value, (uint)start + _frames.Offsets[i]);
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

    private void DeleteTrimmedSegments()
    {
        try
        {
            _segments.DeleteUpTo(Base);
        }
        catch (Exception exception) when (FailStop.IsOfDisk(exception))
        {
            throw _failStop.Because("trimmed", exception);
        }
    }
}
