using Dams.Replica.Engines;

namespace Dams.Replica.State.Snapshots;

/// <summary>A snapshot that was read and found right. No part of it is in use yet.</summary>
/// <param name="Header">The position of the snapshot.</param>
/// <param name="Buckets">The buckets, in canonical order.</param>
/// <param name="Sessions">A new session table, which the restoring core takes over.</param>
/// <param name="StateDigest">The state digest of what was read: 32 bytes.</param>
/// <param name="Bytes">The length of the snapshot in bytes.</param>
internal sealed record SnapshotContent(
    SnapshotHeader Header, IReadOnlyList<Bucket> Buckets, Sessions.SessionTable Sessions, byte[] StateDigest, long Bytes);
