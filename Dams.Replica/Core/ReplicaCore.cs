using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Engines;
using Dams.Replica.State.Sessions;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>The reply to an executed entry, as a replica keeps it outside the replicated state.</summary>
/// <param name="Key">Identifies the request.</param>
/// <param name="Seq">The number of the request's first execution.</param>
/// <param name="RequestDigest">The digest of the request.</param>
/// <param name="ResultDigest">SHA-256 of the result.</param>
/// <param name="Result">The canonical reply.</param>
internal sealed record StoredReply(RequestKey Key, SequenceNumber Seq, Digest RequestDigest, Digest ResultDigest, byte[] Result);

/// <summary>An exception that a version threw instead of answering.</summary>
/// <param name="Seq">The entry that was being executed; for a read that was not ordered, the last executed entry.</param>
/// <param name="Command">The command that the version was to execute.</param>
/// <param name="Exception">The exception itself.</param>
internal sealed record EngineFailure(SequenceNumber Seq, Command Command, Exception Exception);

/// <summary>Receives the replies of a <see cref="ReplicaCore"/>, in its loop.</summary>
internal interface IReplySink
{
    /// <summary>Called with the reply to each executed operation, and with the front end that sent the request.</summary>
    void OnReply(StoredReply reply, byte frontEnd);
}

/// <summary>
/// The replicated state machine around an engine. It executes delivered entries strictly in sequence, and each request
/// key once. The entries may come from anywhere. Pure and single-threaded.
/// </summary>
internal sealed partial class ReplicaCore : IEntryConsumer
{
    private readonly ReplicaCoreOptions _options;
    private readonly IReplySink _sink;
    private readonly StateObservers _observers = new();
    private readonly Dictionary<SequenceNumber, StoredReply> _replies = [];
    private readonly Queue<SequenceNumber> _replyOrder = [];
    private readonly SessionWindow _window;
    private SessionTable _sessions;

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
        Engine = engine;
        _options = options;
        _sink = sink;
        _sessions = new SessionTable(options.ClientSessionsMax, _observers);
        _window = new SessionWindow(options.ClientSessionsMax);
        Schedule = new SnapshotSchedule(options.Snapshots);
        _observers.Buckets.Reset(engine);
    }

    public IAppointmentEngine Engine { get; }

    /// <summary>The session table, because of which each request is executed exactly once.</summary>
    public SessionTable Sessions => _sessions;

    /// <summary>
    /// How far back the requests of clients are remembered, by the time of the entries. Null while all requests since
    /// the beginning are remembered. Null also while the oldest ones come from the snapshot that this core started
    /// from: their times are unknown.
    /// </summary>
    public TimeSpan? SessionWindow =>
        _sessions.ClientRows < _options.ClientSessionsMax ? null : _window.Reach(_sessions.OldestClientSeq, ExecutedTime);

    /// <summary>The number of the last executed entry; zero before the first.</summary>
    public SequenceNumber Executed { get; private set; }

    /// <summary>The time of the last executed entry, by the sequencer's clock.</summary>
    public long ExecutedTime { get; private set; }

    /// <summary>The chain value at the last executed entry.</summary>
    public Chain ExecutedChain { get; private set; }

    /// <summary>The epoch in which the last executed entry was ordered.</summary>
    public Epoch ExecutedEpoch { get; private set; }

    /// <summary>The number of replies that can be sent again.</summary>
    public int RepliesKept => _replies.Count;

    /// <summary>How often the version has thrown.</summary>
    public long EngineFailures { get; private set; }

    /// <summary>The last exception that the version threw; null if there was none.</summary>
    public EngineFailure? LastEngineFailure { get; private set; }

    /// <inheritdoc/>
    public void OnDelivered(Entry entry, Instant now) => Pass(entry, isSkipped: false, now);

    /// <inheritdoc/>
    public void OnSkipped(Entry entry, Instant now) => Pass(entry, isSkipped: true, now);

    /// <summary>
    /// The reply to an entry; null if it is gone. The reply to a write is kept for as long as
    /// its request is remembered.
    /// </summary>
    public StoredReply? FindReply(SequenceNumber seq) =>
        _replies.GetValueOrDefault(seq) ?? (_sessions.Find(seq) is { } row ? FromRow(row.Key, row) : null);

    /// <summary>
    /// The reply to a request that was executed as a certain entry. Null if it is gone; then
    /// the repeat must be ordered.
    /// </summary>
    public StoredReply? FindReply(RequestKey key, SequenceNumber seq)
    {
        if (_replies.TryGetValue(seq, out var reply) && reply.Key == key)
            return reply;
        return _sessions.Find(key) is { } row && row.Seq == seq ? FromRow(key, row) : null;
    }

    /// <summary>Answers a read without ordering it, from the present state of this replica alone.</summary>
    public Reply Read(Command command)
    {
        Invariant.That(!command.IsWrite);
        return Ask(command);
    }

    private void Pass(Entry entry, bool isSkipped, Instant now)
    {
        Invariant.That(entry.Seq == Executed.Next);
        (Executed, ExecutedTime, ExecutedChain, ExecutedEpoch) = (entry.Seq, entry.Time, entry.Chain, entry.Epoch);
        _executedAt = now;
        Schedule.OnExecuted(entry);
        if (entry.Kind == EntryKind.Operation && Execute(entry, isSkipped) is { } reply)
        {
            Remember(entry.Seq, reply);
            _sink.OnReply(reply, entry.Request.FrontEnd);
        }

        if (IsCheckpoint(entry))
            TakeCheckpoint(entry);
        NoteMembership(entry);
    }

    private static bool IsOfVersion(Exception exception) =>
        exception is not (OutOfMemoryException or StackOverflowException or InvariantBrokenException);

    /// <summary>
    /// Asks the version. If it throws, it has changed nothing, by its contract, and the reply is an internal error. A
    /// version that is wrong in this way is outvoted like any other wrong version. Exceptions that show a broken
    /// process are not caught here; they end the loop.
    /// </summary>
    private Reply Ask(Command command)
    {
        try
        {
            return Engine.Execute(command, _observers);
        }
        catch (Exception exception) when (IsOfVersion(exception))
        {
            EngineFailures++;
            LastEngineFailure = new EngineFailure(Executed, command, exception);
            return new RefusedReply(Refusal.InternalError);
        }
    }

    /// <summary>
    /// Executes a request. The version never sees a skipped request. In all else, a skipped request is treated as if
    /// the version had answered it with an internal error.
    /// </summary>
    private StoredReply? Execute(Entry entry, bool isSkipped)
    {
        var request = entry.Request;
        if (!_sessions.Admit(request))
            return Stored(entry, new RefusedReply(Refusal.SessionRetired));
        if (_sessions.Find(request.Key) is { } row)
            return row.Digest == request.Digest ? FromRow(request.Key, row) : Stored(entry, new RefusedReply(Refusal.RequestIdReused));
        if (!CommandCodec.TryDecode(request.Payload.Span, out var command) || CommandCodec.OpcodeOf(command!) != request.Opcode)
            return Stored(entry, new RefusedReply(Refusal.InternalError));
        var reply = Stored(entry, isSkipped ? new RefusedReply(Refusal.InternalError) : Ask(command!));
        if (command!.IsWrite)
            AddSession(entry, reply);
        return reply;
    }

    private void AddSession(Entry entry, StoredReply reply)
    {
        _sessions.Add(new SessionRow(reply.Key, reply.RequestDigest, entry.Seq, reply.Result));
        if (reply.Key.IsClientMade)
            _window.OnAdded(entry, _sessions.OldestClientSeq);
    }

    private static StoredReply FromRow(RequestKey key, SessionRow row) =>
        new(key, row.Seq, row.Digest, Ordering.Digest.Of(row.Reply), row.Reply);

    private static StoredReply Stored(Entry entry, Reply reply)
    {
        var bytes = ReplyCodec.Encode(reply);
        return new StoredReply(entry.Request.Key, entry.Seq, entry.Request.Digest, Ordering.Digest.Of(bytes), bytes);
    }

    private void Remember(SequenceNumber seq, StoredReply reply)
    {
        _replies[seq] = reply;
        _replyOrder.Enqueue(seq);
        if (_replyOrder.Count > _options.RepliesKept)
            _replies.Remove(_replyOrder.Dequeue());
    }
}

/// <summary>Bounds of a replica's memory. Immutable.</summary>
internal sealed record ReplicaCoreOptions
{
    /// <summary>How many of the newest client-made request ids are remembered.</summary>
    public int ClientSessionsMax { get; init; } = 1_000_000;

    /// <summary>
    /// How many replies, to reads and to writes, can be sent again. At least <see cref="CheckpointEntries"/>: a replica
    /// that has passed a poison entry shows it by its reply to the entry, or by a checkpoint after it.
    /// </summary>
    public int RepliesKept { get; init; } = 10_000;

    /// <summary>
    /// The longest reply, in bytes, that is sent whole; at most <see cref="ReplyMessage.ResultBytesMax"/>. A longer one
    /// is sent as its digest, and the front end fetches it.
    /// </summary>
    public int ReplyBytesMax { get; init; } = ReplyMessage.ResultBytesMax;

    /// <summary>
    /// A replica that is more than this many entries behind executes without sending replies: other replicas have
    /// answered the front end long ago.
    /// </summary>
    public int ReplyWhenBehindMax { get; init; } = 1_024;

    /// <summary>A checkpoint is taken at each entry whose number is a multiple of this.</summary>
    public int CheckpointEntries { get; init; } = 1_000;

    /// <summary>
    /// A checkpoint is also taken at the first entry that is this much later than the last checkpoint,
    /// by the time of the entries.
    /// </summary>
    public long CheckpointMilliseconds { get; init; } = 10_000;

    /// <summary>How many of the newest checkpoints can be asked for.</summary>
    public int CheckpointsKept { get; init; } = 8;

    /// <summary>
    /// A replica that has executed nothing for this long has time for a digest of its state, which can
    /// take a quarter of a second.
    /// </summary>
    public TimeSpan DigestWhenQuietFor { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The bounds that decide when durable snapshots are taken.</summary>
    public SnapshotScheduleOptions Snapshots { get; init; } = new();
}
