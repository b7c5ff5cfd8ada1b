using System.Buffers.Binary;
using Dams.Bytes;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Messages;

/// <summary>
/// The values of the protocol in messages and in the log, each with its reader and its writer. Digests and chain values
/// are byte strings; everything else is little-endian. A reader allocates nothing beyond what the bytes hold.
/// </summary>
internal static class WireFormat
{
    public static int NonNegativeInt32(this ref ByteReader reader)
    {
        var value = reader.Int32();
        if (value < 0)
            reader.Fail();
        return value;
    }

    /// <summary>
    /// Reads a number that is not negative. The top half of the range is rejected, so arithmetic on the number can't
    /// overflow.
    /// </summary>
    public static SequenceNumber Seq(this ref ByteReader reader)
    {
        var value = reader.Int64();
        if (value is >= 0 and <= long.MaxValue / 2)
            return new SequenceNumber(value);
        reader.Fail();
        return default;
    }

    public static void Seq(this ref ByteWriter writer, SequenceNumber value) => writer.Int64(value.Value);

    public static Epoch Epoch(this ref ByteReader reader) => new(reader.UInt64());

    public static void Epoch(this ref ByteWriter writer, Epoch value) => writer.UInt64(value.Value);

    public static Claim Claim(this ref ByteReader reader) => new(reader.Epoch(), new BootId(reader.UInt64()));

    public static void Claim(this ref ByteWriter writer, Claim value)
    {
        writer.UInt64(value.Epoch.Value);
        writer.UInt64(value.Boot.Value);
    }

    public static Incarnation Incarnation(this ref ByteReader reader) => new(reader.UInt64());

    public static void Incarnation(this ref ByteWriter writer, Incarnation value) => writer.UInt64(value.Value);

    public static Chain Chain(this ref ByteReader reader) =>
        reader.TryTake(Ordering.Chain.Size, out var taken) ? new Chain(BinaryPrimitives.ReadUInt128BigEndian(taken)) : default;

    public static void Chain(this ref ByteWriter writer, Chain value) =>
        BinaryPrimitives.WriteUInt128BigEndian(writer.Next(Ordering.Chain.Size), value.Value);

    public static Digest Digest(this ref ByteReader reader) =>
        reader.TryTake(Ordering.Digest.Size, out var taken) ? Ordering.Digest.Read(taken) : default;

    public static void Digest(this ref ByteWriter writer, Digest value) => value.Write(writer.Next(Ordering.Digest.Size));

    public static RequestKey Key(this ref ByteReader reader) => new(reader.Byte(), reader.UInt64(), reader.UInt64());

    public static void Key(this ref ByteWriter writer, RequestKey key)
    {
        writer.Byte(key.Origin);
        writer.UInt64(key.High);
        writer.UInt64(key.Low);
    }

    /// <summary>Reads a length and so many bytes. They are a part of the reader's own bytes.</summary>
    public static ReadOnlySpan<byte> Span(this ref ByteReader reader, int lengthMax)
    {
        int length = reader.UInt16();
        if (length <= lengthMax && reader.TryTake(length, out var taken))
            return taken;
        reader.Fail();
        return [];
    }

    public static void Span(this ref ByteWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.UInt16((ushort)bytes.Length);
        bytes.CopyTo(writer.Next(bytes.Length));
    }

    public static MemberProgress Progress(this ref ByteReader reader) =>
        new(reader.Incarnation(), reader.Seq(), reader.Seq(), reader.Seq());

    public static void Progress(this ref ByteWriter writer, MemberProgress progress)
    {
        writer.Incarnation(progress.Incarnation);
        writer.Seq(progress.Contiguous);
        writer.Seq(progress.Durable);
        writer.Seq(progress.Executed);
    }

    public static Request? Request(this ref ByteReader reader)
    {
        var key = reader.Key();
        var frontEnd = reader.Byte();
        var boot = new BootId(reader.UInt64());
        var lowest = reader.UInt64();
        var opcode = reader.Byte();
        var digest = reader.Digest();
        var payload = reader.Span(Ordering.Request.PayloadBytesMax);
        return reader.IsGood ? new Request(key, frontEnd, boot, lowest, opcode, digest, payload.ToArray()) : null;
    }

    public static void Request(this ref ByteWriter writer, Request request)
    {
        writer.Key(request.Key);
        writer.Byte(request.FrontEnd);
        writer.UInt64(request.FrontEndBoot.Value);
        writer.UInt64(request.LowestOutstanding);
        writer.Byte(request.Opcode);
        writer.Digest(request.Digest);
        writer.Span(request.Payload.Span);
    }

    public static Entry? Entry(this ref ByteReader reader)
    {
        var seq = reader.Seq();
        var epoch = reader.Epoch();
        var time = reader.Int64();
        var kind = (EntryKind)reader.ByteBetween((byte)EntryKind.Operation, (byte)EntryKind.Skip);
        var previous = reader.Chain();
        var request = reader.Request();
        if (request is not null && seq.Value != 0)
            return new Entry(seq, epoch, time, kind, previous, request);
        reader.Fail();
        return null;
    }

    public static void Entry(this ref ByteWriter writer, Entry entry)
    {
        writer.Seq(entry.Seq);
        writer.Epoch(entry.Epoch);
        writer.Int64(entry.Time);
        writer.Byte((byte)entry.Kind);
        writer.Chain(entry.Previous);
        writer.Request(entry.Request);
    }

    public static FolderStamp Stamp(this ref ByteReader reader) => new((uint)reader.Int32(), (uint)reader.Int32());

    public static void Stamp(this ref ByteWriter writer, FolderStamp stamp)
    {
        writer.Int32((int)stamp.Number);
        writer.Int32((int)stamp.Nonce);
    }

    public static PeerStamp[] PeerStamps(this ref ByteReader reader)
    {
        var stamps = new PeerStamp[reader.ByteUpTo(StampRecord.OthersMax)];
        for (var i = 0; i < stamps.Length; i++)
            stamps[i] = new PeerStamp(reader.Byte(), reader.Incarnation(), reader.Stamp());
        return stamps;
    }

    public static void PeerStamps(this ref ByteWriter writer, IReadOnlyList<PeerStamp> stamps)
    {
        writer.Byte((byte)stamps.Count);
        foreach (var stamp in stamps)
        {
            writer.Byte(stamp.Member);
            writer.Incarnation(stamp.Incarnation);
            writer.Stamp(stamp.Stamp);
        }
    }

    public static View View(this ref ByteReader reader)
    {
        var number = reader.Seq();
        var count = reader.ByteUpTo(Ordering.View.MembersMax);
        Span<ViewMember> members = stackalloc ViewMember[count];
        for (var i = 0; i < count; i++)
        {
            var id = reader.Byte();
            var incarnation = reader.Incarnation();
            var from = reader.Int64();
            var joined = reader.Seq();
            if (from is < -1 or > long.MaxValue / 2 || (i > 0 && id <= members[i - 1].Id))
                reader.Fail();
            members[i] = new ViewMember(id, incarnation, from < 0 ? null : new SequenceNumber(from), joined);
        }

        return reader.IsGood ? new View(number, members.ToArray()) : Ordering.View.None;
    }

    public static void View(this ref ByteWriter writer, View view)
    {
        writer.Seq(view.Number);
        writer.Byte((byte)view.Members.Count);
        foreach (var member in view.Members)
        {
            writer.Byte(member.Id);
            writer.Incarnation(member.Incarnation);
            writer.Int64(member.VotesFrom?.Value ?? -1);
            writer.Seq(member.JoinedAt);
        }
    }
}
