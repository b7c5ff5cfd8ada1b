using Microsoft.Win32.SafeHandles;

namespace Dams.Ordering.Storage;

/// <summary>
/// Makes segment files. The next one is filled with zeros ahead of time by a task, because a flush into blocks that were written once costs the
/// file system no change of its own: 40 us against 65 for blocks that are only reserved and 250 for a file that grows, as measured. A file gets its
/// final name when its header is durable, so a segment with a bad header was never a crash. Owner's thread; only the spare's task runs beside it.
/// </summary>
internal sealed class SegmentFactory(DurableLogOptions options) : IDisposable
{
    private const string SpareName = "spare.tmp";
    private const string SingleName = "single.tmp";

    /// <summary>Written and flushed piece by piece, so that the owner's flushes do not wait for all of it.</summary>
    private const int PieceBytes = 1024 * 1024;

    private static readonly byte[] Zeros = new byte[PieceBytes];
    private readonly CancellationTokenSource _stop = new();
    private Task<SafeFileHandle>? _spare;

    /// <summary>Removes what an earlier life was preparing when it ended.</summary>
    public void DeleteLeftovers()
    {
        foreach (var leftover in Directory.GetFiles(options.Folder, "*.tmp"))
            File.Delete(leftover);
    }

    /// <summary>Begins to prepare the next segment, unless that has begun: when the present one is half full, so that a log that stays short takes little of the disk.</summary>
    public void PrepareSpare() =>
        _spare ??= Task.Run(() => CreateFilled(SpareName, options.SegmentBytes, _stop.Token));

    /// <summary>Makes a segment with room for a frame, durable together with its name.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
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
            PrepareSpare();
            var spare = _spare!;
            _spare = null;
            handle = spare.GetAwaiter().GetResult();
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
            _spare?.GetAwaiter().GetResult().Dispose();
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

    private SafeFileHandle CreateFilled(string name, long bytes, CancellationToken stop)
    {
        var handle = File.OpenHandle(Path.Combine(options.Folder, name), FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            for (long at = 0; at < bytes; at += PieceBytes)
            {
                stop.ThrowIfCancellationRequested();
                RandomAccess.Write(handle, Zeros.AsSpan(0, (int)Math.Min(PieceBytes, bytes - at)), at);
                if (options.Durability == Durability.Disk)
                    RandomAccess.FlushToDisk(handle);
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
