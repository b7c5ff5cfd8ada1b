using Dams.Ordering;

namespace Dams.Replica.Core;

/// <summary>A digest of the state just after an entry.</summary>
/// <param name="Seq">The entry.</param>
/// <param name="Digest">32 bytes.</param>
internal sealed record Checkpoint(SequenceNumber Seq, byte[] Digest);

/// <content>Digests of the state: at checkpoints, for those who compare, and now and then for those who look on.</content>
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

    /// <summary>The digest of the state as it is now. Reads all that has changed since the last one.</summary>
    public byte[] Digest() => _observers.Buckets.Digest(Engine, _observers.Sessions.Digest(_sessions));

    /// <summary>The digest of the state just after an entry: of a checkpoint, or of a snapshot that is kept and complete; null if there is none.</summary>
    public byte[]? FindDigest(SequenceNumber seq) =>
        FindSnapshot(seq)?.StateDigest ?? _checkpoints.FirstOrDefault(checkpoint => checkpoint.Seq == seq)?.Digest;

    /// <summary>
    /// The newest digest that is known, and the entry that it belongs to. An idle replica tells that of its state as it is; one that has work does not stop
    /// for whoever looks on, however often, and tells that of its last checkpoint.
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
