namespace Dams.Replica.State.Snapshots;

/// <summary>The properties that a reader expects of a snapshot. Immutable.</summary>
internal sealed record SnapshotExpectation
{
    /// <summary>The most client-made ids that the restored session table may hold.</summary>
    public required int ClientSessionsMax { get; init; }

    /// <summary>The entry that the snapshot must belong to; null for any.</summary>
    public Ordering.SequenceNumber? Seq { get; init; }

    /// <summary>
    /// The longest snapshot that is read. Its content stays in memory until it is restored, and takes about as many
    /// bytes there as in the file. A million bookings are 3 MB, and a million session rows 70 MB.
    /// </summary>
    public long BytesMax { get; init; } = 1024L * 1024 * 1024;
}
