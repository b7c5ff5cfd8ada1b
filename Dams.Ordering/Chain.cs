using System.Globalization;

namespace Dams.Ordering;

/// <summary>
/// A value of the hash chain over the order. chain(s) covers entry s and everything before it: two members that agree
/// on one value agree on the whole prefix. A value is the first 16 bytes of a SHA-256 hash.
/// </summary>
/// <param name="Value">0 before the first entry.</param>
public readonly record struct Chain(UInt128 Value)
{
    /// <summary>The chain value before the first entry.</summary>
    public static readonly Chain Genesis;

    /// <summary>Size on the wire, in bytes.</summary>
    public const int Size = 16;

    /// <inheritdoc/>
    public override string ToString() => ((ulong)(Value >> 64)).ToString("x16", CultureInfo.InvariantCulture)[..8];
}
