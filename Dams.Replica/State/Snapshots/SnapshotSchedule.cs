using Dams.Ordering;

namespace Dams.Replica.State.Snapshots;

/// <summary>Decides when a replica takes a durable snapshot of its own, and how far its log may then be trimmed. Pure.</summary>
internal sealed class SnapshotSchedule(SnapshotScheduleOptions options)
{
    /// <summary>Entries executed since the last snapshot.</summary>
    public long Entries { get; private set; }

    /// <summary>About how many bytes these entries take in the log.</summary>
    public long LogBytes { get; private set; }

    /// <summary>Whether a snapshot is due.</summary>
    public bool IsDue => Entries >= options.EntriesMax || LogBytes >= options.LogBytesMax;

    /// <summary>Counts an executed entry.</summary>
    public void OnExecuted(Entry entry)
    {
        Entries++;
        LogBytes += options.EntryBytes + entry.Request.Payload.Length;
    }

    /// <summary>Starts to count anew, because a snapshot of the present state was begun or restored.</summary>
    public void OnKept() => Entries = LogBytes = 0;

    /// <summary>
    /// Tells how far the log may be trimmed. Only entries are trimmed that every member has on disk and that a durable
    /// snapshot replaces. The newest entries stay for members that ask for them. The log reaches back to the second
    /// newest snapshot, in case the newest one turns out to be unreadable.
    /// </summary>
    /// <param name="log">The number before the first entry of the log, and the number of its last entry.</param>
    /// <param name="gc">The number up to which every member has the entries on disk.</param>
    /// <param name="previousSnapshot">The second newest durable snapshot; zero while there is none.</param>
    /// <returns>A number above the log's base; null while too few entries could be trimmed.</returns>
    public SequenceNumber? TrimTo((SequenceNumber Base, SequenceNumber Last) log, SequenceNumber gc, SequenceNumber previousSnapshot)
    {
        var newestStay = new SequenceNumber(Math.Max(0, log.Last.Value - options.LogEntriesKept));
        var target = SequenceNumber.Min(SequenceNumber.Min(gc, previousSnapshot), newestStay);
        return target - log.Base >= options.TrimEntriesMin ? target : null;
    }
}
