namespace Dams.Ordering;

/// <summary>The newest stamp that is known of another member's folder.</summary>
/// <param name="Member">The member's seat.</param>
/// <param name="Incarnation">Identifies the folder.</param>
/// <param name="Stamp">The newest stamp that is known.</param>
public readonly record struct PeerStamp(byte Member, Incarnation Incarnation, FolderStamp Stamp);
