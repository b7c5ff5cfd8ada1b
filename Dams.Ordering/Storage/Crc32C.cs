using System.Buffers.Binary;
using System.Numerics;

namespace Dams.Ordering.Storage;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes per step. The processor has an instruction for it.</summary>
internal static class Crc32C
{
    private const uint Start = 0xFFFF_FFFF;

    public static uint Of(ReadOnlySpan<byte> bytes) => ~Append(Start, bytes);

    /// <summary>The sum of a salt and the bytes, without the four bytes that hold the sum itself.</summary>
    public static uint WithoutFieldAt(int field, ulong salt, ReadOnlySpan<byte> bytes) =>
        ~Append(Append(BitOperations.Crc32C(Start, salt), bytes[..field]), bytes[(field + sizeof(uint))..]);

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
