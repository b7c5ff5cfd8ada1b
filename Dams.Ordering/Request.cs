namespace Dams.Ordering;

/// <summary>
/// The identity of a request, by which a repeat is recognised. For ids that clients make: origin 0 and 128 bits of a digest over caller
/// and id. For ids that a front end makes: its number, its boot and a counter.
/// </summary>
/// <param name="Origin">0 for ids made by a client, else the number of the front end.</param>
/// <param name="High">High half of the digest, or the front end's boot.</param>
/// <param name="Low">Low half of the digest, or the front end's counter.</param>
public readonly record struct RequestKey(byte Origin, ulong High, ulong Low)
{
    /// <summary>On the wire, in bytes.</summary>
    public const int Size = 17;

    /// <summary>Whether a client made the id.</summary>
    public bool IsClientMade => Origin == 0;

    /// <summary>The key of an id that a client made.</summary>
    public static RequestKey OfClient(ReadOnlySpan<byte> callerAndId)
    {
        var digest = Digest.Of(callerAndId);
        return new RequestKey(0, (ulong)(digest.High >> 64), (ulong)digest.High);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Origin}:{High:x4}:{Low:x}";
}

/// <summary>What is ordered: opaque bytes with an identity. The ordering layer has never heard of an appointment.</summary>
/// <param name="Key">By which a repeat is recognised.</param>
/// <param name="FrontEnd">Where replies go.</param>
/// <param name="FrontEndBoot">Which life of that front end.</param>
/// <param name="LowestOutstanding">The lowest number of its own keys that the front end may still repeat.</param>
/// <param name="Opcode">What kind of payload; opaque here.</param>
/// <param name="Digest">SHA-256 of opcode and payload.</param>
/// <param name="Payload">At most <see cref="PayloadBytesMax"/> bytes.</param>
public sealed record Request(
    RequestKey Key, byte FrontEnd, BootId FrontEndBoot, ulong LowestOutstanding, byte Opcode, Digest Digest, ReadOnlyMemory<byte> Payload)
{
    /// <summary>With it an ORDER still fits a datagram of 1,200 bytes, header and tag included.</summary>
    public const int PayloadBytesMax = 880;

    /// <summary>Nothing asked: what a NOOP carries.</summary>
    public static readonly Request Empty = new(default, 0, default, 0, 0, DigestOf(0, []), ReadOnlyMemory<byte>.Empty);

    /// <summary>The digest by which requests are told apart and replies are voted on.</summary>
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
    public bool Equals(Request? other) => other is not null && Key == other.Key && FrontEnd == other.FrontEnd && FrontEndBoot == other.FrontEndBoot
        && LowestOutstanding == other.LowestOutstanding && Opcode == other.Opcode && Digest == other.Digest && Payload.Span.SequenceEqual(other.Payload.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, Digest);
}
