using System.Buffers;
using System.Buffers.Binary;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;

namespace Dams.Replica.State.Sessions;

/// <summary>
/// The canonical encoding of the session table, for digests and snapshots: exactly one encoding per value, little-endian, no padding.
/// <code>
/// row       := seq i64, origin u8, high u64, low u64, request digest 32 bytes, reply (ReplyCodec) to the end
/// front end := id u8, boot u64, lowest u64, retired count u8 (0 to 8), boot u64*     the earliest retired one first
/// </code>
/// Rows are in order of their numbers, and the oldest client-made id is always the next to be dropped. So the order of
/// dropping needs no bytes. Reading is total.
/// </summary>
internal static class SessionCodec
{
    /// <summary>Length of a row without its reply, in bytes.</summary>
    public const int RowFixedSize = 8 + RequestKey.Size + Digest.Size;

    private const int FrontEndFixedSize = 1 + 8 + 8 + 1;

    /// <summary>Appends a row.</summary>
    public static void Write(SessionRow row, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(RowFixedSize + row.Reply.Length);
        BinaryPrimitives.WriteInt64LittleEndian(span, row.Seq.Value);
        span[8] = row.Key.Origin;
        BinaryPrimitives.WriteUInt64LittleEndian(span[9..], row.Key.High);
        BinaryPrimitives.WriteUInt64LittleEndian(span[17..], row.Key.Low);
        row.Digest.Write(span[25..]);
        row.Reply.CopyTo(span[RowFixedSize..]);
        output.Advance(RowFixedSize + row.Reply.Length);
    }

    /// <summary>Appends what is known of a front end.</summary>
    public static void Write(FrontEndState state, IBufferWriter<byte> output)
    {
        var size = FrontEndFixedSize + state.RetiredBoots.Count * sizeof(ulong);
        var span = output.GetSpan(size);
        span[0] = state.Id;
        BinaryPrimitives.WriteUInt64LittleEndian(span[1..], state.Boot.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(span[9..], state.Lowest);
        span[17] = (byte)state.RetiredBoots.Count;
        for (var i = 0; i < state.RetiredBoots.Count; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(span[(FrontEndFixedSize + i * sizeof(ulong))..], state.RetiredBoots[i].Value);
        output.Advance(size);
    }

    /// <summary>Reads a row that takes up all the bytes; null if no write can leave such a row.</summary>
    public static SessionRow? ReadRow(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < RowFixedSize)
            return null;
        var seq = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var key = new RequestKey(
            bytes[8], BinaryPrimitives.ReadUInt64LittleEndian(bytes[9..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[17..]));
        var reply = bytes[RowFixedSize..];
        return seq >= 1 && IsReplyOfWrite(reply)
            ? new SessionRow(key, Digest.Read(bytes[25..]), new SequenceNumber(seq), reply.ToArray())
            : null;
    }

    /// <summary>
    /// Reads what is known of a front end, and advances the bytes past it; null if the bytes are something else.
    /// </summary>
    public static FrontEndState? ReadFrontEnd(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FrontEndFixedSize || bytes[17] > SessionTable.RetiredBootsMax
            || bytes.Length < FrontEndFixedSize + bytes[17] * sizeof(ulong))
            return null;
        var boots = new BootId[bytes[17]];
        for (var i = 0; i < boots.Length; i++)
            boots[i] = new BootId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(FrontEndFixedSize + i * sizeof(ulong))..]));
        var state = new FrontEndState(
            bytes[0], new BootId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..])),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[9..]), boots);
        bytes = bytes[(FrontEndFixedSize + boots.Length * sizeof(ulong))..];
        return state;
    }

    // The tag of a reply is the opcode of its command.
    private static bool IsReplyOfWrite(ReadOnlySpan<byte> bytes) => ReplyCodec.TryDecode(bytes, out var reply)
        && (reply is RefusedReply refused ? refused.Refusal == Refusal.InternalError : CommandCodec.IsWrite(bytes[0]));
}
