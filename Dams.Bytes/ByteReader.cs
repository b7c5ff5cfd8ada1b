using System.Buffers.Binary;

namespace Dams.Bytes;

/// <summary>
/// Reads little-endian primitives from some bytes. Total: after the first value that is missing or out of its range, it
/// gives defaults and is no longer <see cref="IsGood"/>. So a caller reads a whole value and then asks once. It
/// allocates nothing. Each format adds its own values as extension methods.
/// </summary>
public ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;
    private bool _bad;

    /// <summary>Whether every value read so far was there and in range.</summary>
    public readonly bool IsGood => !_bad;

    /// <summary>Whether the reader is good and no bytes are left.</summary>
    public readonly bool IsComplete => !_bad && _rest.IsEmpty;

    /// <summary>How many bytes were not read yet.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>A value that was read is out of its range.</summary>
    public void Fail() => _bad = true;

    /// <summary>Reads any byte.</summary>
    public byte Byte() => TryTake(sizeof(byte), out var taken) ? taken[0] : (byte)0;

    /// <summary>Reads a byte from 0 to a highest value.</summary>
    public byte ByteUpTo(byte max) => ByteBetween(0, max);

    /// <summary>Reads a byte from a lowest to a highest value; the lowest if it is out of that range.</summary>
    public byte ByteBetween(byte min, byte max)
    {
        var value = Byte();
        if (value >= min && value <= max)
            return value;
        _bad = true;
        return min;
    }

    /// <summary>Reads a byte that must be 0 or 1.</summary>
    public bool Bool() => ByteUpTo(1) == 1;

    /// <summary>Reads two bytes.</summary>
    public ushort UInt16() => TryTake(sizeof(ushort), out var taken) ? BinaryPrimitives.ReadUInt16LittleEndian(taken) : (ushort)0;

    /// <summary>Reads four bytes.</summary>
    public int Int32() => TryTake(sizeof(int), out var taken) ? BinaryPrimitives.ReadInt32LittleEndian(taken) : 0;

    /// <summary>Reads eight bytes.</summary>
    public long Int64() => TryTake(sizeof(long), out var taken) ? BinaryPrimitives.ReadInt64LittleEndian(taken) : 0;

    /// <summary>Reads eight bytes.</summary>
    public ulong UInt64() => TryTake(sizeof(ulong), out var taken) ? BinaryPrimitives.ReadUInt64LittleEndian(taken) : 0;

    /// <summary>Takes the next bytes as they are; false if there are fewer, or the reader is not good.</summary>
    public bool TryTake(int count, out ReadOnlySpan<byte> taken)
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
