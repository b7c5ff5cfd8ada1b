using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Dams.Bytes;
using Dams.Ordering.Messages;

namespace Dams.Ordering.Storage;

/// <summary>
/// The bytes on disk, little-endian. A segment is a header of 512 bytes, then frames, then zeros:
/// <code>
/// header:  0 magic u64 | 8 format u32 | 12 crc32c u32 | 16 segment number u64 | 24 salt u64 | 32 first batch u64 | 40 capacity u64
///         48 base (seq i64, chain 16) | 72 last (seq i64, chain 16) | 96 commit hint i64 | 104 record (length u16, bytes) | zeros to 512
/// record:  incarnation u64 | promised (epoch u64, boot u64) | installed (likewise) | view
///         [own stamp (u32, u32) | confirmed u8 | count u8, others' stamps]
/// frame:   0 magic u32 | 4 length u32 | 8 crc32c u32 | 12 flags u8, 3 zeros | 16 batch u64 | 24 flushed through u64 | 32 commit hint i64
///         40 entry count u32 | 44 crc32c of the above u32
///         48 [cut (seq, chain)] [trim (seq, chain)] [record (length u16, bytes)] entries | zeros to a multiple of 8
/// entry:   0 length u16 | 2 crc32c u32 | 6 the entry as on the wire
/// </code>
/// A frame is a batch. Its checksum covers all of it, so it counts as a whole or not at all. "Flushed through" is the last
/// batch that was durable when the frame was written. A bad frame before that mark is corruption; one behind it is the torn
/// tail of a crash. Each segment has a random salt, which is in every checksum, so that a payload can't pass for a frame. The
/// header repeats the state, so that older segments can be deleted.
/// </summary>
internal static class LogFormat
{
    public const int HeaderSize = 512;
    public const int FrameHeaderSize = 48;
    public const int EntryPrefixSize = sizeof(ushort) + sizeof(uint);
    public const uint FrameMagic = 0x5342_4C44; // "DLBS"
    public const int Alignment = 8;

    private const ulong HeaderMagic = 0x0A47_4F4C_534D_4144; // "DAMSLOG\n"
    private const uint Format = 1;
    private const int HeaderCrcAt = 12;
    private const int FrameCrcAt = 8;
    private const int FrameHeaderCrcAt = 44;

    /// <summary>
    /// Longer than any record, which holds identities, a view of seven members and stamps. A segment's header has room
    /// for 406 bytes.
    /// </summary>
    private const int RecordBytesMax = 384;

    /// <summary>Longer than the encoding of an entry without its payload.</summary>
    private const int EntryFixedBytesMax = 160;

    /// <summary>No entry with its prefix is longer, in bytes.</summary>
    public const int EntryBytesMax = EntryPrefixSize + EntryFixedBytesMax + Request.PayloadBytesMax;

    [Flags]
    public enum FrameFlags : byte
    {
        None = 0,
        Cut = 1,
        Trim = 2,
        Record = 4,
    }

    /// <summary>The fixed part of a frame.</summary>
    public readonly record struct FrameHeader(
        int Length, FrameFlags Flags, ulong Batch, ulong FlushedThrough, SequenceNumber CommitHint, int EntryCount);

    /// <summary>The fixed part of a segment.</summary>
    public readonly record struct SegmentHeader(ulong Number, ulong Salt, ulong FirstBatch, long Capacity, LogState State);

    public static int Align(int length) => (length + Alignment - 1) & ~(Alignment - 1);

    /// <summary>An upper bound of the bytes that a batch needs.</summary>
    public static long FrameBytesMax(IReadOnlyList<Entry> entries)
    {
        long bytes = FrameHeaderSize + (2 * ChainPoint.Size) + RecordBytesMax + Alignment;
        foreach (var entry in entries)
            bytes += EntryPrefixSize + EntryFixedBytesMax + entry.Request.Payload.Length;
        return bytes;
    }

    /// <summary>Writes a frame without its checksum, and notes where each entry begins in it.</summary>
    /// <returns>Its length, padding included.</returns>
    public static int WriteFrame(
        Span<byte> destination, in FrameHeader header, ChainPoint cut, ChainPoint trim, MemberRecord? record,
        IReadOnlyList<Entry> entries, List<uint> offsets)
    {
        var writer = new ByteWriter(destination) { Position = FrameHeaderSize };
        if (header.Flags.HasFlag(FrameFlags.Cut))
            WritePoint(ref writer, cut);
        if (header.Flags.HasFlag(FrameFlags.Trim))
            WritePoint(ref writer, trim);
        if (record is not null)
            WriteRecord(ref writer, destination, record);
        offsets.Clear();
        foreach (var entry in entries)
        {
            var start = writer.Position;
            offsets.Add((uint)start);
            writer.Position += EntryPrefixSize;
            writer.Entry(entry);
            var body = destination[(start + EntryPrefixSize)..writer.Position];
            BinaryPrimitives.WriteUInt16LittleEndian(destination[start..], checked((ushort)body.Length));
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(start + sizeof(ushort))..], Crc32C.Of(body));
        }

        var padded = Align(writer.Position);
        destination[writer.Position..padded].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, FrameMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)padded);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[FrameCrcAt..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], (uint)header.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], header.Batch);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], header.FlushedThrough);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], header.CommitHint.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[40..], (uint)entries.Count);
        return padded;
    }

    /// <summary>
    /// Writes the checksum of a frame. This comes last, because the salt is that of the segment that gets the frame.
    /// </summary>
    public static void SealFrame(Span<byte> frame, ulong salt)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(
            frame[FrameHeaderCrcAt..], Crc32C.WithoutFieldAt(FrameCrcAt, salt, frame[..FrameHeaderCrcAt]));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[FrameCrcAt..], Crc32C.WithoutFieldAt(FrameCrcAt, salt, frame));
    }

    /// <summary>Whether the fixed part of a frame is intact: a cheap test before the checksum over all of it.</summary>
    public static bool IsFrameHeader(ReadOnlySpan<byte> bytes, ulong salt) =>
        bytes.Length >= FrameHeaderSize
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes[FrameHeaderCrcAt..])
            == Crc32C.WithoutFieldAt(FrameCrcAt, salt, bytes[..FrameHeaderCrcAt]);

    /// <summary>The length that a frame says it has, padding included; 0 if the bytes can't be the start of a frame.</summary>
    public static int FrameLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FrameHeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != FrameMagic)
            return 0;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return length is >= FrameHeaderSize and <= DurableLogOptions.SegmentBytesMax && length % Alignment == 0 ? (int)length : 0;
    }

    /// <summary>Reads the fixed part of a complete frame. Returns false if the checksum does not fit.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> frame, ulong salt, out FrameHeader header)
    {
        header = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame[FrameCrcAt..]) != Crc32C.WithoutFieldAt(FrameCrcAt, salt, frame))
            return false;
        header = new FrameHeader(
            frame.Length, (FrameFlags)frame[12], BinaryPrimitives.ReadUInt64LittleEndian(frame[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(frame[24..]), new SequenceNumber(BinaryPrimitives.ReadInt64LittleEndian(frame[32..])),
            BinaryPrimitives.ReadInt32LittleEndian(frame[40..]));
        return true;
    }

    /// <summary>Reads the entry at the start of some bytes. Returns null if it is incomplete or its checksum does not fit.</summary>
    public static Entry? ReadEntry(ReadOnlySpan<byte> bytes, bool verifySum, out int size)
    {
        size = 0;
        if (bytes.Length < EntryPrefixSize)
            return null;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (bytes.Length - EntryPrefixSize < length)
            return null;
        var body = bytes.Slice(EntryPrefixSize, length);
        if (verifySum && Crc32C.Of(body) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeof(ushort)..]))
            return null;
        var reader = new ByteReader(body);
        var entry = reader.Entry();
        size = EntryPrefixSize + length;
        return reader.IsComplete ? entry : null;
    }

    public static ChainPoint ReadPoint(ref ByteReader reader) => new(reader.Seq(), reader.Chain());

    /// <summary>Reads a record after its length; null if it is malformed.</summary>
    public static MemberRecord? ReadRecord(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var record = new MemberRecord(reader.Incarnation(), reader.Claim(), reader.Claim(), reader.View());
        // A folder that was never stamped has nothing here. The same is true for a release that knew no stamps.
        if (reader.Left > 0)
            record = record with { Stamps = new StampRecord(reader.Stamp(), reader.Bool(), reader.PeerStamps()) };
        return reader.IsComplete ? record : null;
    }

    public static void WriteHeader(Span<byte> destination, in SegmentHeader header)
    {
        var bytes = destination[..HeaderSize];
        bytes.Clear();
        var writer = new ByteWriter(bytes);
        writer.UInt64(HeaderMagic);
        writer.Int32((int)Format);
        writer.Int32(0);
        writer.UInt64(header.Number);
        writer.UInt64(header.Salt);
        writer.UInt64(header.FirstBatch);
        writer.Int64(header.Capacity);
        WritePoint(ref writer, header.State.Base);
        WritePoint(ref writer, header.State.Last);
        writer.Seq(header.State.CommitHint);
        WriteRecord(ref writer, bytes, header.State.Record);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[HeaderCrcAt..], Crc32C.WithoutFieldAt(HeaderCrcAt, header.Salt, bytes));
    }

    /// <summary>Reads a segment's header.</summary>
    /// <returns>Null if it is good, else what is wrong with it.</returns>
    public static string? TryReadHeader(ReadOnlySpan<byte> bytes, out SegmentHeader header)
    {
        header = default;
        if (bytes.Length < HeaderSize)
            return $"a file of {bytes.Length} bytes";
        var reader = new ByteReader(bytes[..HeaderSize]);
        if (reader.UInt64() != HeaderMagic)
            return "other bytes";
        var format = (uint)reader.Int32();
        if (format != Format)
            return $"format {format}, which this release does not know";
        var sum = (uint)reader.Int32();
        var number = reader.UInt64();
        var salt = reader.UInt64();
        if (Crc32C.WithoutFieldAt(HeaderCrcAt, salt, bytes[..HeaderSize]) != sum)
            return "a header whose checksum does not fit";
        var first = reader.UInt64();
        var capacity = reader.Int64();
        var from = ReadPoint(ref reader);
        var last = ReadPoint(ref reader);
        var hint = reader.Seq();
        var record = ReadRecord(reader.Span(RecordBytesMax));
        if (!reader.IsGood || record is null || capacity is < HeaderSize or > DurableLogOptions.SegmentBytesMax)
            return "a header whose values make no sense";
        header = new SegmentHeader(number, salt, first, capacity, new LogState(from, last, hint, record));
        return null;
    }

    private static void WritePoint(ref ByteWriter writer, ChainPoint point)
    {
        writer.Seq(point.Seq);
        writer.Chain(point.Chain);
    }

    private static void WriteRecord(ref ByteWriter writer, Span<byte> buffer, MemberRecord record)
    {
        var start = writer.Position;
        writer.UInt16(0);
        writer.Incarnation(record.Incarnation);
        writer.Claim(record.Promised);
        writer.Claim(record.Installed);
        writer.View(record.View);
        if (!record.Stamps.Equals(StampRecord.None))
        {
            writer.Stamp(record.Stamps.Own);
            writer.Bool(record.Stamps.IsConfirmed);
            writer.PeerStamps(record.Stamps.Others);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(buffer[start..], (ushort)(writer.Position - start - sizeof(ushort)));
    }

    /// <summary>Finds the next magic of a frame at an aligned position, from an aligned start on; -1 if there is none.</summary>
    public static int FindMagic(ReadOnlySpan<byte> bytes, int start)
    {
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(magic, FrameMagic);
        if (!BitConverter.IsLittleEndian)
            magic.Reverse();
        for (var at = start; at < bytes.Length;)
        {
            var found = bytes[at..].IndexOf(magic);
            if (found < 0)
                return -1;
            at += found;
            if (at % Alignment == 0)
                return at;
            at++;
        }

        return -1;
    }
}
