using System.Buffers;
using Dams.Contracts.Domain;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Engines;
using Dams.Replica.State.Sessions;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>
/// The replicated state machine around an engine. It executes delivered entries strictly in sequence, and each request
/// key once. The entries may come from anywhere. Pure and single-threaded.
/// </summary>
/// <remarks>
/// The core itself knows its position in the order, and decides in which order its parts hear of an entry:
/// <see cref="RequestExecutor"/>, <see cref="KeptReplies"/>, the sink, <see cref="CheckpointHistory"/>, and then, for
/// the snapshots, <see cref="WaitingJoiners"/> and <see cref="KeptSnapshots"/>. <see cref="ReplicatedState"/> is what
/// they execute, digest and export.
/// </remarks>
internal sealed class ReplicaCore : IEntryConsumer
{
    private readonly IReplySink _sink;
    private readonly ReplicatedState _state;
    private readonly RequestExecutor _executor;
    private readonly KeptReplies _replies;
    private readonly CheckpointHistory _checkpoints;
    private readonly KeptSnapshots _snapshots;
    private readonly WaitingJoiners _joiners = new();
    private SnapshotPosition _position = new(SequenceNumber.Zero, Chain.Genesis, Epoch.None, 0);

    /// <summary>Makes a state machine around an engine that holds nothing yet.</summary>
    /// <exception cref="ArgumentException">
    /// The options keep fewer replies than there can be entries between checkpoints, or send longer replies
    /// than fit into a datagram.
    /// </exception>
    public ReplicaCore(IAppointmentEngine engine, ReplicaCoreOptions options, IReplySink sink)
    {
        if (options.RepliesKept < options.CheckpointEntries)
        {
            throw new ArgumentException(
                $"{options.RepliesKept} replies are kept, but checkpoints can be {options.CheckpointEntries} entries apart: "
                + "then nothing may be left to show that others have passed an entry", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ReplyBytesMax, ReplyMessage.ResultBytesMax);
        _sink = sink;
        _state = new ReplicatedState(engine, options.ClientSessionsMax);
        _executor = new RequestExecutor(_state, options.ClientSessionsMax);
        _replies = new KeptReplies(options.RepliesKept);
        _checkpoints = new CheckpointHistory(options, _state);
        Schedule = new SnapshotSchedule(options.Snapshots);
        _snapshots = new KeptSnapshots(_state, Schedule);
    }

    public IAppointmentEngine Engine => _state.Engine;

    /// <summary>The session table, because of which each request is executed exactly once.</summary>
    internal SessionTable Sessions => _state.Sessions;

    /// <summary>
    /// How far back the requests of clients are remembered, by the time of the entries. Null while all requests since
    /// the beginning are remembered. Null also while the oldest ones come from the snapshot that this core started
    /// from: their times are unknown.
    /// </summary>
    public TimeSpan? SessionWindow => _executor.WindowAt(ExecutedTime);

    /// <summary>The number of the last executed entry; zero before the first.</summary>
    public SequenceNumber Executed => _position.Seq;

    /// <summary>The time of the last executed entry, by the sequencer's clock.</summary>
    public long ExecutedTime => _position.Time;

    /// <summary>The chain value at the last executed entry.</summary>
    public Chain ExecutedChain => _position.Chain;

    /// <summary>The epoch in which the last executed entry was ordered.</summary>
    public Epoch ExecutedEpoch => _position.Epoch;

    /// <summary>The number of replies that can be sent again.</summary>
    internal int RepliesKept => _replies.Count;

    /// <summary>How often the version has thrown.</summary>
    public long EngineFailures => _executor.Failures;

    /// <summary>The last exception that the version threw; null if there was none.</summary>
    public EngineFailure? LastEngineFailure => _executor.LastFailure;

    /// <summary>The last digests of the state, oldest first; all replicas take them at the same entries.</summary>
    internal IReadOnlyCollection<Checkpoint> Checkpoints => _checkpoints.Kept;

    /// <summary>The newest checkpoint; null if none was taken since the start.</summary>
    public Checkpoint? NewestCheckpoint => _checkpoints.Newest;

    /// <summary>The snapshots that are kept, oldest first, written or not.</summary>
    public IEnumerable<SnapshotExport> Snapshots => _snapshots.All;

    /// <summary>
    /// The entries whose snapshots are still waited for: those of kept snapshots, and JOINs
    /// whose joiners don't vote yet.
    /// </summary>
    public IEnumerable<SequenceNumber> SnapshotsWaitedFor => Snapshots.Select(kept => kept.Seq).Union(_joiners.Joins);

    /// <summary>Decides when this replica takes a durable snapshot of its own.</summary>
    public SnapshotSchedule Schedule { get; }

    /// <inheritdoc/>
    public void OnDelivered(Entry entry, Instant now) => Pass(entry, isSkipped: false, now);

    /// <inheritdoc/>
    public void OnSkipped(Entry entry, Instant now) => Pass(entry, isSkipped: true, now);

    /// <summary>
    /// The reply to an entry; null if it is gone. The reply to a write is kept for as long as
    /// its request is remembered.
    /// </summary>
    public StoredReply? FindReply(SequenceNumber seq) => _replies.Find(seq) ?? _executor.FindReply(seq);

    /// <summary>
    /// The reply to a request that was executed as a certain entry. Null if it is gone; then
    /// the repeat must be ordered.
    /// </summary>
    public StoredReply? FindReply(RequestKey key, SequenceNumber seq) =>
        _replies.Find(seq) is { } reply && reply.Key == key ? reply : _executor.FindReply(key, seq);

    /// <summary>Answers a read without ordering it, from the present state of this replica alone.</summary>
    public Reply Read(Command command)
    {
        Invariant.That(!command.IsWrite);
        return _executor.Ask(command, Executed);
    }

    /// <summary>The digest of the present state. Reads everything that has changed since the last digest.</summary>
    internal byte[] Digest() => _state.Digest();

    /// <summary>
    /// The digest of the state just after an entry, from a checkpoint or from a kept snapshot that is complete.
    /// Null if there is neither.
    /// </summary>
    public byte[]? FindDigest(SequenceNumber seq) => FindSnapshot(seq)?.StateDigest ?? _checkpoints.Find(seq);

    /// <inheritdoc cref="CheckpointHistory.NewestDigest"/>
    public Checkpoint NewestDigest(Instant now) => _checkpoints.NewestDigest(Executed, now);

    /// <summary>The snapshot that is kept at an entry; null if there is none.</summary>
    public SnapshotExport? FindSnapshot(SequenceNumber seq) => _snapshots.Find(seq);

    /// <summary>
    /// Keeps a snapshot of the state just after the last executed entry, until it is dropped as often as it was kept.
    /// <see cref="StepSnapshot"/> writes it. Entries that are executed meanwhile don't change it.
    /// </summary>
    public SnapshotExport KeepSnapshot()
    {
        Invariant.That(Executed > SequenceNumber.Zero, "there is a state to keep");
        return _snapshots.Keep(new SnapshotHeader(
            Executed, ExecutedTime, ExecutedChain, _checkpoints.LastTime, SnapshotHeader.ViewOf(ExecutedEpoch)));
    }

    /// <inheritdoc cref="KeptSnapshots.Step"/>
    public bool StepSnapshot(SnapshotExport export, int bytes, IBufferWriter<byte> output) => _snapshots.Step(export, bytes, output);

    /// <summary>
    /// Undoes one <see cref="KeepSnapshot"/>; the last time frees the snapshot, complete or not. Does nothing if
    /// none is kept at this entry.
    /// </summary>
    public void DropSnapshot(SequenceNumber seq) => _snapshots.Drop(seq);

    /// <summary>
    /// Takes over a snapshot, as if this core had executed all entries up to it. Only a core that has executed
    /// nothing can do so. If the engine then holds anything other than what was read, the core is emptied again and
    /// the snapshot is rejected.
    /// </summary>
    /// <returns>Why the snapshot is rejected; null if it is used.</returns>
    public SnapshotRefused? Restore(SnapshotContent content)
    {
        Invariant.That(Executed == SequenceNumber.Zero, "a snapshot is restored before anything is executed");
        if (_state.Restore(content) is { } refused)
            return refused;
        _position = content.Header.Position;
        _checkpoints.OnRestored(content.Header, content.StateDigest);
        Schedule.OnKept();
        return null;
    }

    /// <summary>
    /// Remembers, after a start from a snapshot, which joiners may still wait for a snapshot on disk. Their JOINs are
    /// not executed again, because they come no later than the snapshot of the start.
    /// </summary>
    /// <param name="view">The membership at the end of the log.</param>
    public void ResumeJoins(View view) => _joiners.Resume(view, Executed);

    private void Pass(Entry entry, bool isSkipped, Instant now)
    {
        Invariant.That(entry.Seq == Executed.Next);
        _position = SnapshotPosition.After(entry);
        Schedule.OnExecuted(entry);
        if (entry.Kind == EntryKind.Operation)
        {
            var reply = _executor.Execute(entry, isSkipped);
            _replies.Add(entry.Seq, reply);
            _sink.OnReply(reply, entry.Request.FrontEnd);
        }

        _checkpoints.OnExecuted(entry, now);
        NoteMembership(entry);
    }

    /// <summary>
    /// Keeps a snapshot at each JOIN until the joiner votes or has left, because it needs the
    /// state of exactly its JOIN.
    /// </summary>
    private void NoteMembership(Entry entry)
    {
        if (!MembershipChange.TryRead(entry, out var change))
            return;
        if (_joiners.OnExecuted(entry, change) is { } over)
            DropSnapshot(over);
        if (entry.Kind == EntryKind.Join)
            KeepSnapshot();
    }
}
