using Dams.Ordering;

namespace Dams.Replica.State.Snapshots;

/// <summary>When a replica takes a durable snapshot of its own, and how far its log may be trimmed then. Pure.</summary>
/// <param name="options">The bounds.</param>
internal sealed class SnapshotSchedule(SnapshotScheduleOptions options)
{
    /// <summary>Entries executed since the last snapshot.</summary>
    public long Entries { get; private set; }

    /// <summary>About what these take in the log, in bytes.</summary>
    public long LogBytes { get; private set; }

    /// <summary>Whether it is time.</summary>
    public bool IsDue => Entries >= options.EntriesMax || LogBytes >= options.LogBytesMax;

    /// <summary>An entry was executed.</summary>
    public void OnExecuted(Entry entry)
    {
        Entries++;
        LogBytes += options.EntryBytes + entry.Request.Payload.Length;
    }

    /// <summary>A snapshot of the present state was begun, or restored.</summary>
    public void OnKept() => Entries = LogBytes = 0;

    /// <summary>
    /// Up to where the log may be trimmed: every member has it, a durable snapshot is in its place, and the newest entries stay for members that ask. The log
    /// reaches back to the last snapshot but one, so that the last may turn out to be unreadable.
    /// </summary>
    /// <param name="log">What it holds: the number before its first entry, and its last.</param>
    /// <param name="gc">Every member has this durably.</param>
    /// <param name="previousSnapshot">The last durable snapshot but one; zero while there is none.</param>
    /// <returns>A number above the log's base; null while there is too little to gain.</returns>
    public SequenceNumber? TrimTo((SequenceNumber Base, SequenceNumber Last) log, SequenceNumber gc, SequenceNumber previousSnapshot)
    {
        var newestStay = new SequenceNumber(Math.Max(0, log.Last.Value - options.LogEntriesKept));
        var target = SequenceNumber.Min(SequenceNumber.Min(gc, previousSnapshot), newestStay);
        return target - log.Base >= options.TrimEntriesMin ? target : null;
    }
}

/// <summary>Bounds of snapshots and of the log. Immutable.</summary>
internal sealed record SnapshotScheduleOptions
{
    /// <summary>A snapshot comes after this many entries: some seconds of replay …</summary>
    public long EntriesMax { get; init; } = 100_000;

    /// <summary>… or after this much log.</summary>
    public long LogBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>What an entry takes in the log besides its payload, in bytes.</summary>
    public int EntryBytes { get; init; } = 160;

    /// <summary>The newest entries stay in the log whatever else is so: members that were away for moments ask for them.</summary>
    public long LogEntriesKept { get; init; } = 10_000;

    /// <summary>Trimming flushes, and deletes whole files only: not for less than this.</summary>
    public long TrimEntriesMin { get; init; } = 10_000;
}
