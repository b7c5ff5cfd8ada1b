using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Dams.Ordering;

/// <summary>
/// One position of the total order. Immutable. <see cref="Chain"/> is computed once and covers everything that decides
/// the effect of the entry: epoch, number, time, kind, request digest and the request's identity. The identity is
/// included because the session table depends on it.
/// </summary>
public sealed class Entry
{
    private const int HashedSize = Chain.Size + 8 + 8 + 8 + 1 + RequestKey.Size + 1 + 8 + 8 + 1 + Digest.Size;

    /// <summary>Makes an entry and computes its chain value.</summary>
    public Entry(SequenceNumber seq, Epoch epoch, long time, EntryKind kind, Chain previous, Request request)
    {
        Seq = seq;
        Epoch = epoch;
        Time = time;
        Kind = kind;
        Previous = previous;
        Request = request;
        Chain = ComputeChain();
    }

    /// <summary>Its number: its position in the order.</summary>
    public SequenceNumber Seq { get; }

    /// <summary>The epoch in which it was ordered. Later epochs don't change it.</summary>
    public Epoch Epoch { get; }

    /// <summary>Milliseconds since 1970 by the sequencer's clock; never falls along the order.</summary>
    public long Time { get; }

    /// <summary>The kind of the entry.</summary>
    public EntryKind Kind { get; }

    /// <summary>The chain value of the entry before.</summary>
    public Chain Previous { get; }

    /// <summary>The request that it carries.</summary>
    public Request Request { get; }

    /// <summary>The chain value of this entry.</summary>
    public Chain Chain { get; }

    /// <inheritdoc/>
    public override string ToString() => $"#{Seq} {Kind} {Request.Key} e{Epoch} {Chain}";

    private Chain ComputeChain()
    {
        Span<byte> bytes = stackalloc byte[HashedSize];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Previous.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Epoch.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Seq.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], Time);
        bytes[40] = (byte)Kind;
        bytes[41] = Request.Key.Origin;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[42..], Request.Key.High);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[50..], Request.Key.Low);
        bytes[58] = Request.FrontEnd;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[59..], Request.FrontEndBoot.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[67..], Request.LowestOutstanding);
        bytes[75] = Request.Opcode;
        Request.Digest.Write(bytes[76..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new Chain(BinaryPrimitives.ReadUInt128BigEndian(hash));
    }
}
