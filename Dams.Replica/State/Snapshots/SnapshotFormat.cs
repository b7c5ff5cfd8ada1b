using System.Buffers;
using System.Buffers.Binary;
using Dams.Ordering;

namespace Dams.Replica.State.Snapshots;

/// <summary>
/// The byte format of a snapshot. The replicated state just after an entry has exactly one encoding, so that replicas of
/// all versions write the same bytes. Little-endian, no padding.
/// <code>
/// snapshot   := header, bucket*, front ends, row*, end
/// header     := magic "DAMSSNAP", format u16, seq i64, time i64, chain 16 bytes, checkpoint time i64, view length i32, view
/// record     := kind u8, body length i32, body
/// bucket     := record of kind 1: BucketCodec, in canonical order
/// front ends := record of kind 2: SessionCodec, in order of their numbers
/// row        := record of kind 3: SessionCodec, in order of their numbers
/// end        := record of kind 4: state digest 32 bytes, SHA-256 of all bytes before these last 32
/// </code>
/// Replicas compare the state digest (<see cref="StateDigester"/>). The last digest also finds damage in the rest.
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>The version of this format.</summary>
    public const ushort Format = 1;

    /// <summary>Length of a header without its view.</summary>
    public const int HeaderFixedSize = 8 + 2 + 8 + 8 + Chain.Size + 8 + 4;

    /// <summary>Length of the kind and the length that precede the body of a record.</summary>
    public const int RecordHeadSize = 5;

    /// <summary>Length of the body of the end record.</summary>
    public const int EndSize = StateDigester.DigestSize + FileDigestSize;

    /// <summary>Length of the digest at the very end.</summary>
    public const int FileDigestSize = 32;

    /// <summary>The longest view; a real one has a few dozen bytes for each member.</summary>
    public const int ViewBytesMax = 64 * 1024;

    /// <summary>
    /// The longest body of a record. A bucket has at most 90,000 bookings of 3 bytes: 30,000 patients at three times of
    /// day. A reply has at most 30,000 relocations of 10 bytes.
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

    /// <summary>Reads a header without its view, and gives the length of the view. The caller checks magic and format.</summary>
    public static SnapshotHeader ReadHeader(ReadOnlySpan<byte> bytes, out int viewBytes)
    {
        viewBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[50..]);
        return new SnapshotHeader(
            new SequenceNumber(BinaryPrimitives.ReadInt64LittleEndian(bytes[10..])), BinaryPrimitives.ReadInt64LittleEndian(bytes[18..]),
            new Chain(BinaryPrimitives.ReadUInt128BigEndian(bytes[26..])), BinaryPrimitives.ReadInt64LittleEndian(bytes[42..]),
            ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Appends the kind and the length that precede the body of a record.</summary>
    public static void WriteRecordHead(SnapshotRecord kind, int bodyBytes, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(RecordHeadSize);
        span[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(span[1..], bodyBytes);
        output.Advance(RecordHeadSize);
    }
}

/// <summary>The kinds of records in a snapshot. The numbers are part of the format.</summary>
internal enum SnapshotRecord : byte
{
    /// <summary>A bucket.</summary>
    Bucket = 1,

    /// <summary>The state of all front ends.</summary>
    FrontEnds = 2,

    /// <summary>A row of the session table.</summary>
    Row = 3,

    /// <summary>The last record, with the digests.</summary>
    End = 4,
}
