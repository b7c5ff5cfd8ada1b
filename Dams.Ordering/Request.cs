namespace Dams.Ordering;

/// <summary>A request to be ordered: opaque bytes with an identity. The ordering layer knows nothing of appointments.</summary>
/// <param name="Key">The identity by which a repeat is recognised.</param>
/// <param name="FrontEnd">The front end that gets the replies.</param>
/// <param name="FrontEndBoot">The boot of that front end.</param>
/// <param name="LowestOutstanding">The lowest number among the front end's own keys that it may still repeat.</param>
/// <param name="Opcode">The kind of the payload. The ordering layer does not interpret it.</param>
/// <param name="Digest">SHA-256 of opcode and payload.</param>
/// <param name="Payload">At most <see cref="PayloadBytesMax"/> bytes.</param>
public sealed record Request(
    RequestKey Key, byte FrontEnd, BootId FrontEndBoot, ulong LowestOutstanding, byte Opcode, Digest Digest, ReadOnlyMemory<byte> Payload)
{
    /// <summary>
    /// The longest payload, in bytes. An ORDER with it still fits a datagram of 1,200 bytes, header and tag included.
    /// </summary>
    public const int PayloadBytesMax = 880;

    /// <summary>The digest that tells requests apart. Votes on replies compare it.</summary>
    public static Digest DigestOf(byte opcode, ReadOnlySpan<byte> payload)
    {
        Span<byte> bytes = stackalloc byte[1 + PayloadBytesMax];
        if (payload.Length > PayloadBytesMax)
            throw new ArgumentOutOfRangeException(nameof(payload), payload.Length, $"a payload has at most {PayloadBytesMax} bytes");
        bytes[0] = opcode;
        payload.CopyTo(bytes[1..]);
        return Digest.Of(bytes[..(1 + payload.Length)]);
    }

    /// <inheritdoc/>
    public bool Equals(Request? other) =>
        other is not null && Key == other.Key && FrontEnd == other.FrontEnd && FrontEndBoot == other.FrontEndBoot
        && LowestOutstanding == other.LowestOutstanding && Opcode == other.Opcode && Digest == other.Digest
        && Payload.Span.SequenceEqual(other.Payload.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, Digest);
}
