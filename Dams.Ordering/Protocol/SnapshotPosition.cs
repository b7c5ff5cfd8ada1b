namespace Dams.Ordering.Protocol;

/// <summary>
/// The position of a snapshot in the order. It says what a member must know about the entry after which the snapshot
/// was taken, because that entry itself may be gone.
/// </summary>
/// <param name="Seq">The last entry whose effect is in the snapshot.</param>
/// <param name="Chain">The chain value there.</param>
/// <param name="Epoch">The epoch of that entry: a floor for the promises of a joiner that restores it.</param>
/// <param name="Time">The time of that entry, in milliseconds since 1970.</param>
public sealed record SnapshotPosition(SequenceNumber Seq, Chain Chain, Epoch Epoch, long Time)
{
    /// <summary>The position just after an entry.</summary>
    public static SnapshotPosition After(Entry entry) => new(entry.Seq, entry.Chain, entry.Epoch, entry.Time);
}
