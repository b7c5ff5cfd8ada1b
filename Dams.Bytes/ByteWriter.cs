using System.Buffers.Binary;

namespace Dams.Bytes;

/// <summary>
/// Writes primitives into a span that is large enough: little-endian, no padding. Each format adds its own values as
/// extension methods.
/// </summary>
public ref struct ByteWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>How many bytes were written. The next value goes there.</summary>
    public int Position { get; set; }

    /// <summary>Writes a byte.</summary>
    public void Byte(byte value) => _buffer[Position++] = value;

    /// <summary>Writes a byte: 0 or 1.</summary>
    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Writes two bytes.</summary>
    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Next(sizeof(ushort)), value);

    /// <summary>Writes four bytes.</summary>
    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Next(sizeof(int)), value);

    /// <summary>Writes eight bytes.</summary>
    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Next(sizeof(long)), value);

    /// <summary>Writes eight bytes.</summary>
    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Next(sizeof(ulong)), value);

    /// <summary>The next bytes, for the caller to fill.</summary>
    public Span<byte> Next(int count)
    {
        var next = _buffer.Slice(Position, count);
        Position += count;
        return next;
    }
}
