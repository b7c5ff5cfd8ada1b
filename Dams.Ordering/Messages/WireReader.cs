using System.Buffers.Binary;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Messages;

/// <summary>
/// Reads little-endian primitives. Total: after the first value that is missing or out of its range, it gives defaults
/// and is no longer <see cref="IsGood"/>. It allocates nothing beyond what the bytes hold.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;
    private bool _bad;

    public readonly bool IsGood => !_bad;

    public readonly bool IsComplete => !_bad && _rest.IsEmpty;

    /// <summary>How many bytes were not read.</summary>
    public readonly int Remaining => _rest.Length;

    public byte Byte() => TryTake(1, out var taken) ? taken[0] : (byte)0;

    public byte ByteIn(byte min, byte max)
    {
        var value = Byte();
        if (value >= min && value <= max)
            return value;
        _bad = true;
        return min;
    }

    public bool Bool() => ByteIn(0, 1) == 1;

    public ushort UInt16() => TryTake(sizeof(ushort), out var taken) ? BinaryPrimitives.ReadUInt16LittleEndian(taken) : (ushort)0;

    public int Int32() => TryTake(sizeof(int), out var taken) ? BinaryPrimitives.ReadInt32LittleEndian(taken) : 0;

    public long Int64() => TryTake(sizeof(long), out var taken) ? BinaryPrimitives.ReadInt64LittleEndian(taken) : 0;

    public ulong UInt64() => TryTake(sizeof(ulong), out var taken) ? BinaryPrimitives.ReadUInt64LittleEndian(taken) : 0;

    public int NonNegativeInt32()
    {
        var value = Int32();
        if (value < 0)
            _bad = true;
        return value;
    }

    /// <summary>
    /// Reads a number that is not negative. The top half of the range is rejected, so arithmetic on the number can't
    /// overflow.
    /// </summary>
    public SequenceNumber Seq()
    {
        var value = Int64();
        if (value is >= 0 and <= long.MaxValue / 2)
            return new SequenceNumber(value);
        _bad = true;
        return default;
    }

    public Epoch Epoch() => new(UInt64());

    public Claim Claim() => new(Epoch(), new BootId(UInt64()));

    public Incarnation Incarnation() => new(UInt64());

    public Chain Chain() => TryTake(Ordering.Chain.Size, out var taken) ? new Chain(BinaryPrimitives.ReadUInt128BigEndian(taken)) : default;

    public Digest Digest() => TryTake(Ordering.Digest.Size, out var taken) ? Ordering.Digest.Read(taken) : default;

    public RequestKey Key() => new(Byte(), UInt64(), UInt64());

    public ReadOnlySpan<byte> Span(int lengthMax)
    {
        int length = UInt16();
        if (length <= lengthMax && TryTake(length, out var taken))
            return taken;
        _bad = true;
        return [];
    }

    public MemberProgress Progress() => new(Incarnation(), Seq(), Seq(), Seq());

    public Request? Request()
    {
        var key = Key();
        var frontEnd = Byte();
        var boot = new BootId(UInt64());
        var lowest = UInt64();
        var opcode = Byte();
        var digest = Digest();
        var payload = Span(Ordering.Request.PayloadBytesMax);
        return _bad ? null : new Request(key, frontEnd, boot, lowest, opcode, digest, payload.ToArray());
    }

    public Entry? Entry()
    {
        var seq = Seq();
        var epoch = Epoch();
        var time = Int64();
        var kind = (EntryKind)ByteIn((byte)EntryKind.Operation, (byte)EntryKind.Skip);
        var previous = Chain();
        var request = Request();
        if (_bad || request is null || seq.Value == 0)
        {
            _bad = true;
            return null;
        }

        return new Entry(seq, epoch, time, kind, previous, request);
    }

    public FolderStamp Stamp() => new((uint)Int32(), (uint)Int32());

    public PeerStamp[] PeerStamps()
    {
        var stamps = new PeerStamp[ByteIn(0, StampRecord.OthersMax)];
        for (var i = 0; i < stamps.Length; i++)
            stamps[i] = new PeerStamp(Byte(), Incarnation(), Stamp());
        return stamps;
    }

    public View View()
    {
        var number = Seq();
        var count = ByteIn(0, Ordering.View.MembersMax);
        Span<ViewMember> members = stackalloc ViewMember[count];
        for (var i = 0; i < count; i++)
        {
            var id = Byte();
            var incarnation = Incarnation();
            var from = Int64();
            var joined = Seq();
            if (from is < -1 or > long.MaxValue / 2 || (i > 0 && id <= members[i - 1].Id))
                _bad = true;
            members[i] = new ViewMember(id, incarnation, from < 0 ? null : new SequenceNumber(from), joined);
        }

        return _bad ? Ordering.View.None : new View(number, members.ToArray());
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> taken)
    {
        if (_bad || _rest.Length < count)
        {
            _bad = true;
            taken = default;
            return false;
        }

        taken = _rest[..count];
        _rest = _rest[count..];
        return true;
    }
}
