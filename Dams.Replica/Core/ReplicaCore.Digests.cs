using Dams.Ordering;

namespace Dams.Replica.Core;

/// <summary>A digest of the state just after an entry; 32 bytes.</summary>
internal sealed record Checkpoint(SequenceNumber Seq, byte[] Digest);

/// <content>
/// Digests of the state. Those at checkpoints are for comparing replicas; others are taken now
/// and then for status queries.
/// </content>
internal sealed partial class ReplicaCore
{
    private readonly Queue<Checkpoint> _checkpoints = [];
    private long _checkpointTime;
    private Checkpoint? _newestDigest;
    private Instant _executedAt;

    /// <summary>The last digests of the state, oldest first; all replicas take them at the same entries.</summary>
    public IReadOnlyCollection<Checkpoint> Checkpoints => _checkpoints;

    /// <summary>The newest checkpoint; null if none was taken since the start.</summary>
    public Checkpoint? NewestCheckpoint { get; private set; }

    /// <summary>The digest of the present state. Reads everything that has changed since the last digest.</summary>
    public byte[] Digest() => _observers.Buckets.Digest(Engine, _observers.Sessions.Digest(_sessions));

    /// <summary>
    /// The digest of the state just after an entry, from a checkpoint or from a kept snapshot that is complete.
    /// Null if there is neither.
    /// </summary>
    public byte[]? FindDigest(SequenceNumber seq) =>
        FindSnapshot(seq)?.StateDigest ?? _checkpoints.FirstOrDefault(checkpoint => checkpoint.Seq == seq)?.Digest;

    /// <summary>
    /// The newest known digest, with its entry. An idle replica gives the digest of its present state. A busy one does
    /// not stop for status queries, however many there are: it gives the digest of its last checkpoint.
    /// </summary>
    public Checkpoint NewestDigest(Instant now)
    {
        if (_newestDigest is null || (_newestDigest.Seq != Executed && now - _executedAt >= _options.DigestWhenQuietFor))
            _newestDigest = new Checkpoint(Executed, Digest());
        return _newestDigest;
    }

    private bool IsCheckpoint(Entry entry) =>
        entry.Seq.Value % _options.CheckpointEntries == 0 || entry.Time - _checkpointTime >= _options.CheckpointMilliseconds;

    private void TakeCheckpoint(Entry entry)
    {
        _checkpointTime = entry.Time;
        _newestDigest = new Checkpoint(entry.Seq, Digest());
        _checkpoints.Enqueue(_newestDigest);
        NewestCheckpoint = _newestDigest;
        if (_checkpoints.Count > _options.CheckpointsKept)
            _checkpoints.Dequeue();
    }
}
