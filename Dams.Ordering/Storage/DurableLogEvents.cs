using Microsoft.Extensions.Logging;

namespace Dams.Ordering.Storage;

/// <summary>The log messages of a <see cref="DurableLog"/>: events 2040 to 2059.</summary>
internal static partial class DurableLogEvents
{
    [LoggerMessage(2040, LogLevel.Information,
        "The log of {Folder} is open: incarnation {Incarnation}, entries {Base} to {Last} in {Segments} segments, {Milliseconds} ms")]
    public static partial void LogOpened(
        this ILogger logger, string folder, Incarnation incarnation, SequenceNumber @base, SequenceNumber last, int segments,
        long milliseconds);

    [LoggerMessage(2041, LogLevel.Warning,
        "A crash left {Bytes} bytes of an unfinished batch in {File} at {Offset}; they were cut off, and the log ends with entry {Last}")]
    public static partial void TornTailCut(this ILogger logger, long bytes, string file, long offset, SequenceNumber last);

    [LoggerMessage(2042, LogLevel.Warning,
        "The log of {Folder} is not flushed to disk (durability: memory): a power cut loses what was acknowledged")]
    public static partial void NotDurable(this ILogger logger, string folder);

    [LoggerMessage(2043, LogLevel.Information, "The log continues in {File} of {Bytes} bytes")]
    public static partial void SegmentAdded(this ILogger logger, string file, long bytes);

    [LoggerMessage(2044, LogLevel.Information, "The log was trimmed up to entry {Base}: {Count} segments deleted")]
    public static partial void Trimmed(this ILogger logger, int count, SequenceNumber @base);

    [LoggerMessage(2045, LogLevel.Critical, "The log of {Folder} could not be {What} and accepts no more writes: {Problem}")]
    public static partial void Failed(this ILogger logger, string folder, string what, string problem);

    [LoggerMessage(2046, LogLevel.Error,
        "The next segment of the log can't be prepared. {Problem} This segment has room for {Left} more; "
        + "after that the log takes no entries until there is a next one. The log retries every {Seconds} s, and nothing is lost")]
    public static partial void SpareFailed(this ILogger logger, string problem, string left, double seconds);

    [LoggerMessage(2047, LogLevel.Information, "The next segment of the log of {Folder} is ready: there is room again")]
    public static partial void SpareMade(this ILogger logger, string folder);
}
