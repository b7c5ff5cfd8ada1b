using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Engines;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.State.Sessions;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>What a replica keeps of an executed entry, outside the replicated state.</summary>
/// <param name="Key">The request.</param>
/// <param name="Seq">The number of the request's first execution.</param>
/// <param name="RequestDigest">What was asked.</param>
/// <param name="ResultDigest">SHA-256 of the result.</param>
/// <param name="Result">The canonical reply.</param>
internal sealed record StoredReply(RequestKey Key, SequenceNumber Seq, Digest RequestDigest, Digest ResultDigest, byte[] Result);

/// <summary>A version threw where it should have answered.</summary>
/// <param name="Seq">The entry; of a read that was not ordered, the last one executed.</param>
/// <param name="Command">What it was asked.</param>
/// <param name="Exception">What it threw.</param>
internal sealed record EngineFailure(SequenceNumber Seq, Command Command, Exception Exception);

/// <summary>Takes the replies of a <see cref="ReplicaCore"/>, in its loop.</summary>
internal interface IReplySink
{
    /// <summary>An entry was executed.</summary>
    void OnReply(StoredReply reply, byte frontEnd);
}

/// <summary>
/// The replicated state machine around an engine: executes delivered entries strictly in sequence, each request key once. Pure and
/// single-threaded. Its input is delivered entries, wherever they come from.
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

    /// <summary>A state machine around an empty engine.</summary>
    /// <param name="engine">The version.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="sink">Where replies go.</param>
    /// <exception cref="ArgumentException">Fewer replies are kept than there are entries between checkpoints, or longer ones sent than fit a datagram.</exception>
    public ReplicaCore(IAppointmentEngine engine, ReplicaCoreOptions options, IReplySink sink)
    {
        if (options.RepliesKept < options.CheckpointEntries)
            throw new ArgumentException($"{options.RepliesKept} replies are kept, but checkpoints can be {options.CheckpointEntries} entries apart: that others have passed an entry would be shown by neither", nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ReplyBytesMax, ReplyMessage.ResultBytesMax);
        Engine = engine;
        _options = options;
        _sink = sink;
        _sessions = new SessionTable(options.ClientSessionsMax, _observers);
        _window = new SessionWindow(options.ClientSessionsMax);
        Schedule = new SnapshotSchedule(options.Snapshots);
        _observers.Buckets.Reset(engine);
    }

    /// <summary>The engine.</summary>
    public IAppointmentEngine Engine { get; }

    /// <summary>Exactly-once bookkeeping.</summary>
    public SessionTable Sessions => _sessions;

    /// <summary>
    /// How far back in time the requests of clients are remembered, by the entries' own time; null while all since the beginning are, or while it is not known
    /// because they were in the snapshot that this core has begun with.
    /// </summary>
    public TimeSpan? SessionWindow => _sessions.ClientRows < _options.ClientSessionsMax ? null : _window.Reach(_sessions.OldestClientSeq, ExecutedTime);

    /// <summary>Last number executed.</summary>
    public SequenceNumber Executed { get; private set; }

    /// <summary>Its time, by the sequencer's clock.</summary>
    public long ExecutedTime { get; private set; }

    /// <summary>The chain value at it.</summary>
    public Chain ExecutedChain { get; private set; }

    /// <summary>The epoch that it was ordered in.</summary>
    public Epoch ExecutedEpoch { get; private set; }

    /// <summary>Replies that can be sent again.</summary>
    public int RepliesKept => _replies.Count;

    /// <summary>How often the version has thrown.</summary>
    public long EngineFailures { get; private set; }

    /// <summary>The last time that it did; null if it never has.</summary>
    public EngineFailure? LastEngineFailure { get; private set; }

    /// <inheritdoc/>
    public void OnDelivered(Entry entry, Instant now) => Pass(entry, isSkipped: false, now);

    /// <inheritdoc/>
    public void OnSkipped(Entry entry, Instant now) => Pass(entry, isSkipped: true, now);

    /// <summary>The reply to the entry of a number, if it is still kept: that of a write for as long as its request is remembered.</summary>
    public StoredReply? FindReply(SequenceNumber seq) =>
        _replies.GetValueOrDefault(seq) ?? (_sessions.Find(seq) is { } row ? FromRow(row.Key, row) : null);

    /// <summary>The reply of a request that was executed under a number; null if it is gone, and the repeat must be ordered.</summary>
    public StoredReply? FindReply(RequestKey key, SequenceNumber seq)
    {
        if (_replies.TryGetValue(seq, out var reply) && reply.Key == key)
            return reply;
        return _sessions.Find(key) is { } row && row.Seq == seq ? FromRow(key, row) : null;
    }

    /// <summary>A read that was not ordered: of this replica's state alone, as it is now.</summary>
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
    /// Asks the version. Whatever it throws it has changed nothing, by its contract, and the answer is an internal error: a version that is wrong in this way
    /// is outvoted like any other. What breaks the process, or is broken in it, goes on to break the loop.
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

    /// <summary>A skipped request is never shown to the version; in all else it is as one that the version answered with an internal error.</summary>
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
    /// <summary>The newest client-made request ids that are remembered.</summary>
    public int ClientSessionsMax { get; init; } = 1_000_000;

    /// <summary>Replies of reads and writes that can be sent again. Not fewer than <see cref="CheckpointEntries"/>: that others have passed a poison entry is shown by their replies to it, or by a checkpoint behind it.</summary>
    public int RepliesKept { get; init; } = 10_000;

    /// <summary>A longer reply is sent as its digest, and fetched by the front end; in bytes, at most <see cref="ReplyMessage.ResultBytesMax"/>.</summary>
    public int ReplyBytesMax { get; init; } = ReplyMessage.ResultBytesMax;

    /// <summary>A replica this many entries behind executes without sending: its front end has long been told by others.</summary>
    public int ReplyWhenBehindMax { get; init; } = 1_024;

    /// <summary>A checkpoint comes at each multiple of this …</summary>
    public int CheckpointEntries { get; init; } = 1_000;

    /// <summary>… and at the first entry that is this much later than the last checkpoint, by the entries' own time.</summary>
    public long CheckpointMilliseconds { get; init; } = 10_000;

    /// <summary>Checkpoints that can be asked for.</summary>
    public int CheckpointsKept { get; init; } = 8;

    /// <summary>A replica that has executed nothing for so long can spare the time for a digest of its state, which can take a quarter of a second.</summary>
    public TimeSpan DigestWhenQuietFor { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>When durable snapshots are taken.</summary>
    public SnapshotScheduleOptions Snapshots { get; init; } = new();
}
