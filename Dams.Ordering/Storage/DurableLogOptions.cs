namespace Dams.Ordering.Storage;

/// <summary>Whether a flush reaches the disk.</summary>
public enum Durability
{
    /// <summary>A flush is an fsync: what was flushed survives a power cut.</summary>
    Disk = 1,

    /// <summary>A flush does nothing: what was written survives the process, not the machine. For comparison only.</summary>
    Memory = 2,
}

/// <summary>How a <see cref="DurableLog"/> is kept.</summary>
public sealed record DurableLogOptions
{
    /// <summary>The smallest segment, in bytes: a header and a few entries.</summary>
    public const int SegmentBytesMin = 4 * 1024;

    /// <summary>The largest segment, in bytes: offsets within one are 32 bits.</summary>
    public const int SegmentBytesMax = 1024 * 1024 * 1024;

    /// <summary>The data folder; made if it is not there. One process at a time.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Size of a segment, in bytes. Trimming deletes whole segments, so this is what may be kept too long; a roll-over costs three flushes, so small ones
    /// slow the log down.
    /// </summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Size of the first segment of a new log, in bytes; no more than <see cref="SegmentBytes"/> in any case. A segment is written through once before it is used, and who
    /// makes a new log has others waiting for it.
    /// </summary>
    public int FirstSegmentBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How many of the newest entries stay in memory as objects: twice the sequencer's history, so that a repair rarely reads the disk.</summary>
    public int CachedEntries { get; init; } = 16_384;

    /// <summary>Whether a flush reaches the disk.</summary>
    public Durability Durability { get; init; } = Durability.Disk;

    /// <summary>The identity of a folder that is made now; null for a random one. Set by tests that must repeat.</summary>
    public Incarnation? IncarnationOfNewFolder { get; init; }

    /// <summary>How often a segment is tried again for which the disk had no room. Trying costs a system call or two.</summary>
    public TimeSpan SpareRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// When the next segment can't be had, entries are taken until so few bytes are left: what one turn of the loop may still bring (a
    /// window of the longest entries, 1.1 MB) must fit, and promises and views after that.
    /// </summary>
    public int EntriesReserveBytes { get; init; } = 1536 * 1024;

    /// <summary>… and records until so few are left: what one turn may bring of those, a trim, and the header of a frame.</summary>
    public int RecordsReserveBytes { get; init; } = 64 * 1024;

    /// <summary>Called before each access of the disk: the door by which tests let it fail. For <see cref="LogAccess.Fill"/> perhaps beside the owner's thread.</summary>
    internal Action<LogAccess>? BeforeAccess { get; init; }

    /// <summary>All that is wrong with these options, one sentence each; empty if nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        if (string.IsNullOrWhiteSpace(Folder))
            problems.Add("the log needs a folder");
        if (SegmentBytes is < SegmentBytesMin or > SegmentBytesMax)
            problems.Add($"segment bytes are {SegmentBytes}, but must be between {SegmentBytesMin} and {SegmentBytesMax}");
        if (FirstSegmentBytes is < SegmentBytesMin or > SegmentBytesMax)
            problems.Add($"bytes of the first segment are {FirstSegmentBytes}, but must be between {SegmentBytesMin} and {SegmentBytesMax}");
        if (CachedEntries is < 1 or > 1 << 24)
            problems.Add($"cached entries are {CachedEntries}, but must be between 1 and {1 << 24}");
        return problems;
    }
}

/// <summary>What the log is about to do with the disk.</summary>
internal enum LogAccess
{
    Write,
    Flush,
    CreateSegment,
    Fill,
    Read,
}
