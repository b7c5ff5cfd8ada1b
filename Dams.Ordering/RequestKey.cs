namespace Dams.Ordering;

/// <summary>
/// The identity of a request, by which a repeat is recognised. For ids that clients make, it is origin 0 and 128 bits
/// of a digest over caller and id. For ids that a front end makes, it is the front end's number, its boot and a
/// counter.
/// </summary>
/// <param name="Origin">0 for ids made by a client, else the number of the front end.</param>
/// <param name="High">High half of the digest, or the front end's boot.</param>
/// <param name="Low">Low half of the digest, or the front end's counter.</param>
public readonly record struct RequestKey(byte Origin, ulong High, ulong Low)
{
    /// <summary>Size on the wire, in bytes.</summary>
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
