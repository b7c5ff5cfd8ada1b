using Dams.Ordering;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>
/// Decides when a digest of the state is taken, and keeps the newest ones. Those at checkpoints are for comparing
/// replicas; others are taken now and then for status queries.
/// </summary>
internal sealed class CheckpointHistory(ReplicaCoreOptions options, ReplicatedState state)
{
    private readonly Queue<Checkpoint> _kept = [];
    private Checkpoint? _newestDigest;
    private Instant _executedAt;

    /// <summary>The time of the last checkpoint, on which the next depends.</summary>
    public long LastTime { get; private set; }

    /// <summary>The last checkpoints, oldest first; all replicas take them at the same entries.</summary>
    public IReadOnlyCollection<Checkpoint> Kept => _kept;

    /// <summary>The newest checkpoint; null if none was taken since the start.</summary>
    public Checkpoint? Newest { get; private set; }

    /// <summary>The digest of a kept checkpoint; null if none is kept at this entry.</summary>
    public byte[]? Find(SequenceNumber seq) => _kept.FirstOrDefault(checkpoint => checkpoint.Seq == seq)?.Digest;

    /// <summary>
    /// The newest known digest, with its entry. An idle replica gives the digest of its present state. A busy one does
    /// not stop for status queries, however many there are: it gives the digest of its last checkpoint.
    /// </summary>
    /// <param name="executed">The last executed entry, whose state the present one is.</param>
    public Checkpoint NewestDigest(SequenceNumber executed, Instant now)
    {
        if (_newestDigest is null || (_newestDigest.Seq != executed && now - _executedAt >= options.DigestWhenQuietFor))
            _newestDigest = new Checkpoint(executed, state.Digest());
        return _newestDigest;
    }

    /// <summary>Takes a checkpoint if one is due at an entry that was executed.</summary>
    public void OnExecuted(Entry entry, Instant now)
    {
        _executedAt = now;
        if (!IsDue(entry))
            return;
        LastTime = entry.Time;
        Newest = _newestDigest = new Checkpoint(entry.Seq, state.Digest());
        _kept.Enqueue(Newest);
        if (_kept.Count > options.CheckpointsKept)
            _kept.Dequeue();
    }

    /// <summary>Goes on from a snapshot that was restored. The state has the digest <paramref name="digest"/>.</summary>
    public void OnRestored(SnapshotHeader snapshot, byte[] digest)
    {
        LastTime = snapshot.CheckpointTime;
        _newestDigest = new Checkpoint(snapshot.Seq, digest);
    }

    private bool IsDue(Entry entry) =>
        entry.Seq.Value % options.CheckpointEntries == 0 || entry.Time - LastTime >= options.CheckpointMilliseconds;
}
