using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dams.Ordering.Transport;

/// <summary>
/// The first 48 bytes of a datagram, little-endian, readable by all and covered by the tag at its end:
/// <code>
///  0 magic u16 | 2 format u8 | 3 flags u8 (bits 0-3 class, rest 0) | 4 cluster id u32 | 8 group u8 | 9 key id u8
/// 10 sender role u8, number u8 | 12 receiver role u8, number u8 | 14 body length u16
/// 16 sender boot u64 | 24 counter u64 | 32 epoch u64 | 40 view i64
/// </code>
/// The header names the receiver, so that a datagram for one node can't be shown to another as its own.
/// </summary>
/// <param name="Class">The use of the datagram.</param>
/// <param name="ClusterId">The number of the configured cluster name. It tells clusters apart that share a network by mistake.</param>
/// <param name="Group">The group that the messages belong to.</param>
/// <param name="KeyId">The id of the cluster key.</param>
/// <param name="Sender">The node that sent it.</param>
/// <param name="Receiver">The node that it is for.</param>
/// <param name="BodyLength">Bytes between header and tag.</param>
/// <param name="Boot">The sender's boot.</param>
/// <param name="Counter">Rises with each datagram of that boot. It is the nonce, and replays are recognised by it.</param>
/// <param name="Epoch">The epoch in which the sender acts.</param>
/// <param name="View">The sender's view. It is for people who read captures; no decision uses it.</param>
public readonly record struct DatagramHeader(
    TrafficClass Class, uint ClusterId, GroupId Group, byte KeyId, NodeId Sender, NodeId Receiver, ushort BodyLength, BootId Boot,
    ulong Counter, Epoch Epoch, long View)
{
    /// <summary>Size of the header, in bytes.</summary>
    public const int Size = 48;

    /// <summary>Size of the tag behind the body, in bytes.</summary>
    public const int TagSize = 16;

    /// <summary>Header and tag, in bytes.</summary>
    public const int Overhead = Size + TagSize;

    /// <summary>The longest datagram that fits every path without being cut into fragments, in bytes.</summary>
    public const int DatagramBytesMax = 1_200;

    /// <summary>The longest datagram where all nodes are on one machine, in bytes. This is below the 65,507 of UDP.</summary>
    public const int LoopbackDatagramBytesMax = 60_000;

    /// <summary>The first two bytes.</summary>
    public const ushort Magic = 0x4D44;

    /// <summary>The third byte. Another value means another layout.</summary>
    public const byte Format = 1;

    private const int FormatAt = 2;
    private const int FlagsAt = 3;
    private const int ClusterAt = 4;
    private const int GroupAt = 8;
    private const int KeyAt = 9;
    private const int SenderAt = 10;
    private const int ReceiverAt = 12;
    private const int BodyLengthAt = 14;
    private const int BootAt = 16;
    private const int CounterAt = 24;
    private const int EpochAt = 32;
    private const int ViewAt = 40;
    private const byte ClassMask = 0x0F;

    /// <summary>Computes the number of a cluster's name.</summary>
    public static uint ClusterIdOf(string name) => BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Magic);
        destination[FormatAt] = Format;
        destination[FlagsAt] = (byte)Class;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ClusterAt..], ClusterId);
        destination[GroupAt] = (byte)Group;
        destination[KeyAt] = KeyId;
        WriteNode(destination[SenderAt..], Sender);
        WriteNode(destination[ReceiverAt..], Receiver);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[BodyLengthAt..], BodyLength);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[BootAt..], Boot.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[CounterAt..], Counter);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[EpochAt..], Epoch.Value);
        BinaryPrimitives.WriteInt64LittleEndian(destination[ViewAt..], View);
    }

    /// <summary>Reads the header of a datagram. Any bytes give a header or the reason why not.</summary>
    /// <param name="datagram">The whole datagram.</param>
    /// <param name="header">The header; nothing in it is authenticated yet.</param>
    public static DropReason TryRead(ReadOnlySpan<byte> datagram, out DatagramHeader header)
    {
        header = default;
        if (datagram.Length < sizeof(ushort) || BinaryPrimitives.ReadUInt16LittleEndian(datagram) != Magic)
            return DropReason.BadMagic;
        if (datagram.Length <= FormatAt || datagram[FormatAt] != Format)
            return DropReason.BadFormat;
        if (datagram.Length < Overhead)
            return DropReason.Malformed;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(datagram[BodyLengthAt..]);
        var sender = ReadNode(datagram[SenderAt..]);
        if (length != datagram.Length - Overhead || (datagram[FlagsAt] & ~ClassMask) != 0
            || sender.Role is < NodeRole.FrontEnd or > NodeRole.Manager)
        {
            return DropReason.Malformed;
        }

        header = new DatagramHeader(
            (TrafficClass)(datagram[FlagsAt] & ClassMask),
            BinaryPrimitives.ReadUInt32LittleEndian(datagram[ClusterAt..]),
            (GroupId)datagram[GroupAt],
            datagram[KeyAt],
            sender,
            ReadNode(datagram[ReceiverAt..]),
            length,
            new BootId(BinaryPrimitives.ReadUInt64LittleEndian(datagram[BootAt..])),
            BinaryPrimitives.ReadUInt64LittleEndian(datagram[CounterAt..]),
            new Epoch(BinaryPrimitives.ReadUInt64LittleEndian(datagram[EpochAt..])),
            BinaryPrimitives.ReadInt64LittleEndian(datagram[ViewAt..]));
        return DropReason.None;
    }

    private static void WriteNode(Span<byte> destination, NodeId node)
    {
        destination[0] = (byte)node.Role;
        destination[1] = node.Number;
    }

    private static NodeId ReadNode(ReadOnlySpan<byte> bytes) => new((NodeRole)bytes[0], bytes[1]);
}
