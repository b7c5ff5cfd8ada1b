namespace Dams.Ordering.Storage;

/// <summary>The options of a <see cref="DurableLog"/>.</summary>
public sealed record DurableLogOptions
{
    /// <summary>The smallest segment, in bytes: a header and a few entries.</summary>
    public const int SegmentBytesMin = 4 * 1024;

    /// <summary>The largest segment, in bytes: offsets within one are 32 bits.</summary>
    public const int SegmentBytesMax = 1024 * 1024 * 1024;

    /// <summary>The data folder. It is made if it does not exist. Only one process at a time may use it.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Size of a segment, in bytes. Trimming deletes whole segments, so up to this many bytes may be kept too long. A
    /// new segment costs three flushes, so small segments slow the log down.
    /// </summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Size of the first segment of a new log, in bytes; never more than <see cref="SegmentBytes"/>. It is small,
    /// because all of a segment is written once before it is used, and others wait for a process that makes a new log.
    /// </summary>
    public int FirstSegmentBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// How many of the newest entries stay in memory as objects: twice the sequencer's history, so that a repair rarely
    /// reads the disk.
    /// </summary>
    public int CachedEntries { get; init; } = 16_384;

    /// <summary>Whether a flush reaches the disk.</summary>
    public Durability Durability { get; init; } = Durability.Disk;

    /// <summary>The incarnation of a new folder; null for a random one. Tests that must be repeatable set it.</summary>
    public Incarnation? IncarnationOfNewFolder { get; init; }

    /// <summary>
    /// The time between attempts to make a segment for which the disk had no room. An attempt costs a system call or
    /// two.
    /// </summary>
    public TimeSpan SpareRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// While the next segment can't be made, the log takes entries until only this many bytes are left. They must
    /// suffice for what one turn of the loop may still bring: a window of the longest entries (1.1 MB), then promises
    /// and views.
    /// </summary>
    public int EntriesReserveBytes { get; init; } = 1536 * 1024;

    /// <summary>
    /// While the next segment can't be made, the log takes records until only this many bytes are left. They must
    /// suffice for the records that one turn may bring, a trim, and the header of a frame.
    /// </summary>
    public int RecordsReserveBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Called before each disk access, so that tests can make it fail. For <see cref="LogAccess.Fill"/> the caller may
    /// be another thread than the owner's.
    /// </summary>
    internal Action<LogAccess>? BeforeAccess { get; init; }

    /// <summary>Lists all problems of these options, one sentence each; empty if there are none.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        if (string.IsNullOrWhiteSpace(Folder))
            problems.Add("the log needs a folder");
        if (SegmentBytes is < SegmentBytesMin or > SegmentBytesMax)
            problems.Add($"segment bytes are {SegmentBytes}, but must be between {SegmentBytesMin} and {SegmentBytesMax}");
        if (FirstSegmentBytes is < SegmentBytesMin or > SegmentBytesMax)
        {
            problems.Add($"bytes of the first segment are {FirstSegmentBytes}, "
                + $"but must be between {SegmentBytesMin} and {SegmentBytesMax}");
        }

        if (CachedEntries is < 1 or > 1 << 24)
            problems.Add($"cached entries are {CachedEntries}, but must be between 1 and {1 << 24}");
        return problems;
    }
}

/// <summary>A disk access that the log is about to make.</summary>
internal enum LogAccess
{
    Write,
    Flush,
    CreateSegment,
    Fill,
    Read,
}
