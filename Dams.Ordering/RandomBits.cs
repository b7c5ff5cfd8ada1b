using System.Security.Cryptography;

namespace Dams.Ordering;

/// <summary>Random identities, for shells only: pure code takes its randomness from a seed.</summary>
internal static class RandomBits
{
    /// <summary>64 random bits of the system; never 0, which stands for "none".</summary>
    public static ulong Next()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong value;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            value = BitConverter.ToUInt64(bytes);
        }
        while (value == 0);
        return value;
    }
}
