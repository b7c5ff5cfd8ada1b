using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Dams.Ordering.Storage;

/// <summary>
/// Makes segment files. A task fills the next one with zeros ahead of time. A flush into blocks that were written once
/// needs no change of the file system itself. It took 40 us when measured, against 65 us for blocks that are only
/// reserved and 250 us for a file that grows. A file gets its final name when its header is durable, so a crash never
/// leaves a segment with a bad header. Owner's thread; only the spare's task runs beside it.
/// </summary>
internal sealed class SegmentFactory(DurableLogOptions options, ILogger logger) : IDisposable
{
    private const string SpareName = "spare.tmp";
    private const string SingleName = "single.tmp";

    /// <summary>A new file is written and flushed piece by piece, so that the owner's flushes do not wait for all of it.</summary>
    private const int PieceBytes = 1024 * 1024;

    // .NET gives no more exact code (COR_E_IO) for a file for which there is no room.
    private const int NotAllocated = unchecked((int)0x80131620);

    private static readonly byte[] Zeros = new byte[PieceBytes];
    private readonly CancellationTokenSource _stop = new();

    /// <summary>
    /// The task that prepares the next segment, or null. It gives null if a disk operation failed, which was then
    /// logged.
    /// </summary>
    private Task<SafeFileHandle?>? _spare;
    private long _triedAt;
    private volatile bool _isShort;

    /// <summary>Whether the last attempt to make the next segment failed.</summary>
    public bool IsShort => _isShort;

    /// <summary>The room in the segment that is ready, in bytes; 0 if none is ready.</summary>
    public long SpareBytes =>
        _spare is { IsCompletedSuccessfully: true, Result: not null } ? options.SegmentBytes - LogFormat.HeaderSize : 0;

    /// <summary>Removes the files that an earlier boot was preparing when it ended.</summary>
    public void DeleteLeftovers()
    {
        foreach (var leftover in Directory.GetFiles(options.Folder, "*.tmp"))
            File.Delete(leftover);
    }

    /// <summary>
    /// Begins to prepare the next segment when the present one is half full, so that a log that stays short takes
    /// little of the disk. A failed attempt is repeated each <see cref="DurableLogOptions.SpareRetry"/>, whether
    /// anything is written or not. So the log notices when the disk has room again.
    /// </summary>
    public void PrepareSpareInTime(LogSegment active)
    {
        var hasFailed = _spare is { IsCompletedSuccessfully: true, Result: null };
        if (active.End <= active.Header.Capacity / 2 || (_spare is not null && !hasFailed))
            return;
        if (hasFailed && Stopwatch.GetElapsedTime(_triedAt) < options.SpareRetry)
            return;
        _triedAt = Stopwatch.GetTimestamp();
        var left = active.Header.Capacity - active.End;
        _spare = Task.Run(() => TryFillSpare(left));
    }

    /// <summary>Makes a segment with room for a frame, durable together with its name.</summary>
    /// <exception cref="IOException">A disk operation failed.</exception>
    public LogSegment Create(ulong number, ulong salt, ulong firstBatch, long frameBytes, in LogState state)
    {
        options.BeforeAccess?.Invoke(LogAccess.CreateSegment);
        SafeFileHandle handle;
        string temporary;
        var needed = LogFormat.HeaderSize + frameBytes;
        var usual = number == 1 ? Math.Min(options.FirstSegmentBytes, options.SegmentBytes) : options.SegmentBytes;
        var capacity = Math.Max(needed, usual);
        if (capacity == options.SegmentBytes)
        {
            temporary = SpareName;
            handle = TakeSpare() ?? CreateFilled(SpareName, capacity, CancellationToken.None);
            _isShort = false;
        }
        else
        {
            temporary = SingleName;
            handle = CreateFilled(SingleName, capacity, CancellationToken.None);
        }

        try
        {
            var header = new LogFormat.SegmentHeader(number, salt, firstBatch, capacity, state);
            Span<byte> bytes = stackalloc byte[LogFormat.HeaderSize];
            LogFormat.WriteHeader(bytes, header);
            RandomAccess.Write(handle, bytes, 0);
            var path = LogSegment.PathOf(options.Folder, number);
            if (options.Durability == Durability.Disk)
                RandomAccess.FlushToDisk(handle);
            File.Move(Path.Combine(options.Folder, temporary), path, overwrite: false);
            if (options.Durability == Durability.Disk)
                DirectorySync.Flush(options.Folder);
            return new LogSegment(path, handle, header);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Stops the preparation and removes its file.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        try
        {
            TakeSpare()?.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // It was never needed; the next open removes what is left of it.
        }

        _stop.Dispose();
        try
        {
            DeleteLeftovers();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }

    /// <returns>
    /// Null if no preparation was begun or it failed. The disk may have room by now, so that failure does not count any
    /// more.
    /// </returns>
    private SafeFileHandle? TakeSpare()
    {
        var spare = _spare;
        _spare = null;
        return spare?.GetAwaiter().GetResult();
    }

    private SafeFileHandle? TryFillSpare(long left)
    {
        try
        {
            var handle = CreateFilled(SpareName, options.SegmentBytes, _stop.Token);
            if (_isShort)
                logger.SpareMade(options.Folder);
            _isShort = false;
            return handle;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Logged once only, because the attempt is repeated again and again.
            var isNews = !_isShort;
            _isShort = true;
            if (isNews)
                logger.SpareFailed(exception.Message, DiskRoom.Text(left), options.SpareRetry.TotalSeconds);
            return null;
        }
    }

    private SafeFileHandle CreateFilled(string name, long bytes, CancellationToken stop)
    {
        var path = Path.Combine(options.Folder, name);
        var handle = Reserve(path, bytes);
        try
        {
            for (long at = 0; at < bytes; at += PieceBytes)
            {
                stop.ThrowIfCancellationRequested();
                options.BeforeAccess?.Invoke(LogAccess.Fill);
                RandomAccess.Write(handle, Zeros.AsSpan(0, (int)Math.Min(PieceBytes, bytes - at)), at);
                if (options.Durability == Durability.Disk)
                    RandomAccess.FlushToDisk(handle);
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            TryDelete(path);
            throw;
        }
    }

    /// <summary>
    /// Reserves the room of a file. If there is none, this fails before anything is written, so an attempt costs
    /// nothing and takes nothing from others.
    /// </summary>
    private SafeFileHandle Reserve(string path, long bytes)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, FileOptions.None, bytes);
        }
        catch (IOException full) when (full.HResult == NotAllocated || DiskRoom.IsCauseOf(full))
        {
            TryDelete(path);
            throw new NoRoomException(options.Folder, bytes, "a segment of the log");
        }
    }

    /// <summary>Deletes an unfinished file, which is of no use and takes the room that others wait for.</summary>
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first problem is the one to report. The next attempt or the next open removes the file.
        }
    }
}
