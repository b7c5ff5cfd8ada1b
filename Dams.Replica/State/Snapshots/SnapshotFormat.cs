using System.Buffers;
using System.Buffers.Binary;
using Dams.Contracts.Engines;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Replica.State.Snapshots;

/// <summary>
/// The bytes of a snapshot: exactly one encoding of the replicated state just after one entry, so that replicas of all versions write the same.
/// Little-endian, no padding.
/// <code>
/// snapshot   := header, bucket*, front ends, row*, end
/// header     := magic "DAMSSNAP", format u16, seq i64, time i64, chain 16 bytes, checkpoint time i64, view length i32, view
/// record     := kind u8, body length i32, body
/// bucket     := record of kind 1: BucketCodec, in canonical order
/// front ends := record of kind 2: SessionCodec, in order of their numbers
/// row        := record of kind 3: SessionCodec, in order of their numbers
/// end        := record of kind 4: state digest 32 bytes, SHA-256 of all bytes before these last 32
/// </code>
/// The state digest (<see cref="StateDigester"/>) is what replicas agree on; the last digest finds damage in the rest, too.
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>The version of this format.</summary>
    public const ushort Format = 1;

    /// <summary>Length of a header without its view.</summary>
    public const int HeaderFixedSize = 8 + 2 + 8 + 8 + Chain.Size + 8 + 4;

    /// <summary>Length of what precedes the body of a record.</summary>
    public const int RecordHeadSize = 5;

    /// <summary>Length of the body of an end.</summary>
    public const int EndSize = StateDigester.DigestSize + FileDigestSize;

    /// <summary>Length of the digest at the very end.</summary>
    public const int FileDigestSize = 32;

    /// <summary>A view has a few dozen bytes for each member.</summary>
    public const int ViewBytesMax = 64 * 1024;

    /// <summary>
    /// The longest body: a bucket has at most 90,000 bookings of 3 bytes (30,000 patients at three times of day), a reply at most 30,000 relocations of 10.
    /// </summary>
    public const int BodyBytesMax = 1024 * 1024;

    /// <summary>The first bytes of each snapshot.</summary>
    public static ReadOnlySpan<byte> Magic => "DAMSSNAP"u8;

    /// <summary>Appends a header.</summary>
    public static void WriteHeader(SnapshotHeader header, IBufferWriter<byte> output)
    {
        Invariant.That(header.View.Length <= ViewBytesMax, "a view has a few members");
        var size = HeaderFixedSize + header.View.Length;
        var span = output.GetSpan(size);
        Magic.CopyTo(span);
        BinaryPrimitives.WriteUInt16LittleEndian(span[8..], Format);
        BinaryPrimitives.WriteInt64LittleEndian(span[10..], header.Seq.Value);
        BinaryPrimitives.WriteInt64LittleEndian(span[18..], header.Time);
        BinaryPrimitives.WriteUInt128BigEndian(span[26..], header.Chain.Value);
        BinaryPrimitives.WriteInt64LittleEndian(span[42..], header.CheckpointTime);
        BinaryPrimitives.WriteInt32LittleEndian(span[50..], header.View.Length);
        header.View.Span.CopyTo(span[HeaderFixedSize..]);
        output.Advance(size);
    }

    /// <summary>Reads a header without its view, whose length it gives. Magic and format are the caller's to check.</summary>
    public static SnapshotHeader ReadHeader(ReadOnlySpan<byte> bytes, out int viewBytes)
    {
        viewBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[50..]);
        return new SnapshotHeader(
            new SequenceNumber(BinaryPrimitives.ReadInt64LittleEndian(bytes[10..])), BinaryPrimitives.ReadInt64LittleEndian(bytes[18..]),
            new Chain(BinaryPrimitives.ReadUInt128BigEndian(bytes[26..])), BinaryPrimitives.ReadInt64LittleEndian(bytes[42..]), ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Appends what precedes the body of a record.</summary>
    public static void WriteRecordHead(SnapshotRecord kind, int bodyBytes, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(RecordHeadSize);
        span[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(span[1..], bodyBytes);
        output.Advance(RecordHeadSize);
    }
}

/// <summary>What a record of a snapshot holds. The numbers are in the format.</summary>
internal enum SnapshotRecord : byte
{
    /// <summary>A bucket.</summary>
    Bucket = 1,

    /// <summary>What is known of all front ends.</summary>
    FrontEnds = 2,

    /// <summary>A row of the session table.</summary>
    Row = 3,

    /// <summary>The last one.</summary>
    End = 4,
}

/// <summary>Where in the order a snapshot stands, and what is not in the state digest.</summary>
/// <param name="Seq">The state is the one just after this entry.</param>
/// <param name="Time">The entry's time.</param>
/// <param name="Chain">The chain value at the entry.</param>
/// <param name="CheckpointTime">The time of the last checkpoint, on which the next depends.</param>
/// <param name="View">What the group needs to know of the entry besides: the epoch it was ordered in, 8 bytes.</param>
internal sealed record SnapshotHeader(SequenceNumber Seq, long Time, Chain Chain, long CheckpointTime, ReadOnlyMemory<byte> View)
{
    /// <summary>The place in the order, as a group member needs it.</summary>
    public SnapshotPosition Position => new(Seq, Chain, new Epoch(View.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(View.Span) : 0), Time);

    /// <summary>What <see cref="View"/> holds.</summary>
    public static byte[] ViewOf(Epoch epoch)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, epoch.Value);
        return bytes;
    }
}

/// <summary>A snapshot that has been read and found right: nothing of it is in use yet.</summary>
/// <param name="Header">Where it stands.</param>
/// <param name="Buckets">In canonical order.</param>
/// <param name="Sessions">A table of its own, which whoever restores takes over.</param>
/// <param name="StateDigest">Of what was read: 32 bytes.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record SnapshotContent(
    SnapshotHeader Header, IReadOnlyList<Bucket> Buckets, Sessions.SessionTable Sessions, byte[] StateDigest, long Bytes);

/// <summary>A snapshot is not used.</summary>
/// <param name="Problem">Why.</param>
/// <param name="Offset">Where in it, in bytes from its start.</param>
/// <param name="Detail">A sentence for people.</param>
internal sealed record SnapshotRefused(SnapshotProblem Problem, long Offset, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Problem} at byte {Offset}: {Detail}";
}

/// <summary>Why a snapshot is not used.</summary>
internal enum SnapshotProblem
{
    /// <summary>The disk or the network didn't give the bytes.</summary>
    Unreadable = 1,

    /// <summary>It does not begin as a snapshot.</summary>
    NotASnapshot,

    /// <summary>It is of a format that this program doesn't know.</summary>
    UnknownFormat,

    /// <summary>It ends too early.</summary>
    Truncated,

    /// <summary>It, or a part of it, is longer than anything right can be.</summary>
    TooLong,

    /// <summary>A part of it can't be read.</summary>
    Malformed,

    /// <summary>A part of it is not where it belongs.</summary>
    OutOfOrder,

    /// <summary>Its parts contradict each other, or the rules of the domain.</summary>
    Inconsistent,

    /// <summary>It is not what was written: a digest in it does not fit its bytes.</summary>
    Damaged,

    /// <summary>It is in itself right, but not the state that was expected.</summary>
    NotAsExpected,

    /// <summary>The engine did not take it, or holds something else after taking it.</summary>
    EngineDiffers,

    /// <summary>It does not fit the log that it is to be followed by.</summary>
    NotOfThisLog,
}
