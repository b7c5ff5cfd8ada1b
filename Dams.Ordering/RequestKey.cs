namespace Dams.Ordering;

/// <summary>
/// The identity of a request, by which a repeat is recognised. A key that stands for a client's own id holds 128 bits
/// of a digest over caller and id. A key that a process makes holds its boot and a counter. The key of a JOIN,
/// ACTIVATE, LEAVE or SKIP holds the kind and a number that tells two of a kind apart.
/// </summary>
/// <param name="Origin">
/// The maker of the key. In the replicas' group it is 0 for a client, or else the number of the front end. In the managers'
/// group it is the <see cref="NodeRole"/> of the process that reports. In both it is 255 for JOIN, ACTIVATE, LEAVE and
/// SKIP.
/// </param>
/// <param name="High">The high half of the digest; the boot, in some keys mixed with the process's number; or the kind.</param>
/// <param name="Low">The low half of the digest; the counter; or the number.</param>
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
