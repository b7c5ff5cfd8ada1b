using System.Buffers.Binary;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Replica.State.Snapshots;

/// <summary>The position of a snapshot in the order, and other data that the state digest does not cover.</summary>
/// <param name="Seq">The snapshot holds the state just after this entry.</param>
/// <param name="Time">The entry's time.</param>
/// <param name="Chain">The chain value at the entry.</param>
/// <param name="CheckpointTime">The time of the last checkpoint, on which the next depends.</param>
/// <param name="View">More about the entry, for the group: the epoch in which it was ordered, 8 bytes.</param>
internal sealed record SnapshotHeader(SequenceNumber Seq, long Time, Chain Chain, long CheckpointTime, ReadOnlyMemory<byte> View)
{
    /// <summary>The position in the order, as a group member needs it.</summary>
    public SnapshotPosition Position =>
        new(Seq, Chain, new Epoch(View.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(View.Span) : 0), Time);

    /// <summary>Makes the bytes of <see cref="View"/>.</summary>
    public static byte[] ViewOf(Epoch epoch)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, epoch.Value);
        return bytes;
    }
}
