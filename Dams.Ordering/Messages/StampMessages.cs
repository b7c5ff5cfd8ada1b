namespace Dams.Ordering.Messages;

/// <summary>Member to members: remember this stamp of my folder, unless you know a newer one.</summary>
/// <param name="Incarnation">Identifies the folder.</param>
/// <param name="Stamp">The folder's stamp, which is already on the sender's disk.</param>
public sealed record StampReq(Incarnation Incarnation, FolderStamp Stamp) : Message;

/// <summary>Answer to a <see cref="StampReq"/>.</summary>
/// <param name="Stamp">The stamp in the request.</param>
/// <param name="Known">
/// The stamp that the sender has on disk for the folder. It is the requested stamp if the sender has noted that, and
/// another one if the folder is an older copy.
/// </param>
/// <param name="Incarnation">Identifies the sender's own folder.</param>
/// <param name="Own">The stamp of the sender's own folder; none while it is unconfirmed.</param>
/// <param name="Others">The other stamps that the sender knows, so that a new folder learns them, too.</param>
public sealed record StampAck(
    FolderStamp Stamp, FolderStamp Known, Incarnation Incarnation, FolderStamp Own, IReadOnlyList<PeerStamp> Others) : Message
{
    /// <inheritdoc/>
    public bool Equals(StampAck? other) =>
        other is not null && Stamp == other.Stamp && Known == other.Known && Incarnation == other.Incarnation
        && Own == other.Own && Others.SequenceEqual(other.Others);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Stamp, Known, Incarnation, Own, Others.Count);
}
