namespace Dams.Ordering.Protocol;

/// <summary>Where in the order a snapshot is: what a member must know of the entry that it was taken after, when that entry itself may be gone.</summary>
/// <param name="Seq">The last entry whose effect is in the snapshot.</param>
/// <param name="Chain">The chain value there.</param>
/// <param name="Epoch">The epoch of that entry: a floor for the promises of a joiner that restores it.</param>
/// <param name="Time">The time of that entry, in milliseconds since 1970.</param>
public sealed record SnapshotPosition(SequenceNumber Seq, Chain Chain, Epoch Epoch, long Time)
{
    /// <summary>The place just after an entry.</summary>
    public static SnapshotPosition After(Entry entry) => new(entry.Seq, entry.Chain, entry.Epoch, entry.Time);
}
