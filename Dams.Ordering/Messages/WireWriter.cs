using System.Buffers.Binary;

namespace Dams.Ordering.Messages;

/// <summary>Writes primitives, little-endian, into a span that is large enough.</summary>
internal ref struct WireWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Position { get; set; }

    public void Byte(byte value) => _buffer[Position++] = value;

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[Position..], value);
        Position += sizeof(ushort);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer[Position..], value);
        Position += sizeof(int);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer[Position..], value);
        Position += sizeof(long);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Position..], value);
        Position += sizeof(ulong);
    }

    public void Seq(SequenceNumber value) => Int64(value.Value);

    public void Epoch(Epoch value) => UInt64(value.Value);

    public void Claim(Claim value)
    {
        UInt64(value.Epoch.Value);
        UInt64(value.Boot.Value);
    }

    public void Incarnation(Incarnation value) => UInt64(value.Value);

    public void Chain(Chain value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(_buffer[Position..], value.Value);
        Position += Ordering.Chain.Size;
    }

    public void Digest(Digest value)
    {
        value.Write(_buffer[Position..]);
        Position += Ordering.Digest.Size;
    }

    public void Key(RequestKey key)
    {
        Byte(key.Origin);
        UInt64(key.High);
        UInt64(key.Low);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        UInt16((ushort)bytes.Length);
        bytes.CopyTo(_buffer[Position..]);
        Position += bytes.Length;
    }

    public void Progress(MemberProgress progress)
    {
        Incarnation(progress.Incarnation);
        Seq(progress.Contiguous);
        Seq(progress.Durable);
        Seq(progress.Executed);
    }

    public void Request(Request request)
    {
        Key(request.Key);
        Byte(request.FrontEnd);
        UInt64(request.FrontEndBoot.Value);
        UInt64(request.LowestOutstanding);
        Byte(request.Opcode);
        Digest(request.Digest);
        Bytes(request.Payload.Span);
    }

    public void Entry(Entry entry)
    {
        Seq(entry.Seq);
        Epoch(entry.Epoch);
        Int64(entry.Time);
        Byte((byte)entry.Kind);
        Chain(entry.Previous);
        Request(entry.Request);
    }

    public void Stamp(FolderStamp stamp)
    {
        Int32((int)stamp.Number);
        Int32((int)stamp.Nonce);
    }

    public void PeerStamps(IReadOnlyList<PeerStamp> stamps)
    {
        Byte((byte)stamps.Count);
        foreach (var stamp in stamps)
        {
            Byte(stamp.Member);
            Incarnation(stamp.Incarnation);
            Stamp(stamp.Stamp);
        }
    }

    public void View(View view)
    {
        Seq(view.Number);
        Byte((byte)view.Members.Count);
        foreach (var member in view.Members)
        {
            Byte(member.Id);
            Incarnation(member.Incarnation);
            Int64(member.VotesFrom?.Value ?? -1);
            Seq(member.JoinedAt);
        }
    }
}
