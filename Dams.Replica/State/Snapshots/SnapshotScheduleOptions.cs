namespace Dams.Replica.State.Snapshots;

/// <summary>Bounds of snapshots and of the log. Immutable.</summary>
internal sealed record SnapshotScheduleOptions
{
    /// <summary>A snapshot is due after this many entries, which take some seconds to replay.</summary>
    public long EntriesMax { get; init; } = 100_000;

    /// <summary>A snapshot is also due after this many bytes of log.</summary>
    public long LogBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many bytes an entry takes in the log besides its payload.</summary>
    public int EntryBytes { get; init; } = 160;

    /// <summary>
    /// How many of the newest entries always stay in the log: members that were away for a moment ask for them.
    /// </summary>
    public long LogEntriesKept { get; init; } = 10_000;

    /// <summary>The fewest entries that are worth trimming, because it costs a flush and deletes whole files only.</summary>
    public long TrimEntriesMin { get; init; } = 10_000;
}
