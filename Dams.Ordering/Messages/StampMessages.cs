namespace Dams.Ordering.Messages;

/// <summary>Member to members: remember this stamp of my folder, unless you know a newer one.</summary>
/// <param name="Incarnation">The folder.</param>
/// <param name="Stamp">Its stamp, which is on the asker's disk.</param>
public sealed record StampReq(Incarnation Incarnation, FolderStamp Stamp) : Message;

/// <summary>Answer to a <see cref="StampReq"/>.</summary>
/// <param name="Stamp">The stamp that was asked about.</param>
/// <param name="Known">
/// The stamp that the sender has on disk for the folder: the one that was asked about if it was taken, another if the folder is older than
/// it was.
/// </param>
/// <param name="Incarnation">The sender's own folder.</param>
/// <param name="Own">The sender's own stamp; none while nobody has confirmed it.</param>
/// <param name="Others">What else the sender knows, so that a new folder knows it too.</param>
public sealed record StampAck(FolderStamp Stamp, FolderStamp Known, Incarnation Incarnation, FolderStamp Own, IReadOnlyList<PeerStamp> Others) : Message
{
    /// <inheritdoc/>
    public bool Equals(StampAck? other) => other is not null && Stamp == other.Stamp && Known == other.Known && Incarnation == other.Incarnation
        && Own == other.Own && Others.SequenceEqual(other.Others);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Stamp, Known, Incarnation, Own, Others.Count);
}
