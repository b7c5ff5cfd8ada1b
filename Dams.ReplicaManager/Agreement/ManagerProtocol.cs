using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The core of a manager. As a member of the managers' group it applies the ordered reports to the agreed state. Its inquiries look into
/// the open cases and vote. Its duties carry out the agreed replacements, and report about its own replica. This class gives each part
/// its inputs, always in the same order, and knows the earliest of their deadlines. Pure and single-threaded.
/// </summary>
internal sealed class ManagerProtocol : IProtocol, IEntryConsumer
{
    private readonly byte _id;
    private readonly RequestSubmitter _reports;
    private readonly LeaveRequester _managers;
    private readonly StatusQuestions _questions;
    private readonly SilenceInquiries _silence;
    private readonly ReplyInquiries _replies;
    private readonly StateInquiries _states;
    private readonly OwnReplica _own;
    private readonly ReplacementDuties _replacements;
    private readonly AgreedSnapshots _snapshots;

    /// <summary>A manager over its log, which may hold entries of earlier boots.</summary>
    /// <param name="group">The managers' group.</param>
    /// <param name="options">The rules of replacing.</param>
    /// <param name="id">The seat of the manager and of its replica.</param>
    /// <param name="boot">This run of the process.</param>
    /// <param name="log">The log of the managers' order on this manager's disk.</param>
    /// <param name="outbox">Takes the messages to the managers' group.</param>
    /// <param name="replicas">Hears the view of the replicas' group, and asks that group for a LEAVE.</param>
    /// <param name="access">The access to replicas, disk and other managers.</param>
    /// <param name="snapshot">The durable snapshot that the manager begins from; null for none.</param>
    /// <param name="around">Wraps the consumer of the managers' order for the caller; null for no wrapper.</param>
    public ManagerProtocol(
        GroupOptions group, ManagerOptions options, byte id, BootId boot, IMemberLog log, Outbox outbox, LeaveRequester replicas,
        IReplicaAccess access, AgreedSnapshot? snapshot = null, Func<IEntryConsumer, IEntryConsumer>? around = null)
    {
        _id = id;
        State = new AgreedState(options);
        if (snapshot is not null)
            State.Restore(snapshot);
        _managers = new LeaveRequester(group, outbox);
        _reports = new RequestSubmitter(group, NodeId.Manager(id), boot, outbox);
        var reports = new ReportSender(_reports);
        var votes = new ManagerVotes(id, State, replicas, reports);
        _questions = new StatusQuestions(access);
        _silence = new SilenceInquiries(options, id, State, replicas, votes, _questions);
        _replies = new ReplyInquiries(options, State, replicas, votes, access);
        _states = new StateInquiries(options, id, State, replicas, votes, reports, access, _questions);
        _own = new OwnReplica(options, id, State, replicas, reports, access, _questions);
        _replacements = new ReplacementDuties(options, id, State, replicas, reports, access);
        Member = new GroupMember(group, id, log, outbox, around?.Invoke(this) ?? this, boot.Value, snapshot?.Position);
        _snapshots = new AgreedSnapshots(
            options, Member, log, _managers, State, access, snapshot?.Position.Seq ?? SequenceNumber.Zero);
    }

    /// <summary>The manager as a member of the managers' group.</summary>
    public GroupMember Member { get; }

    /// <summary>The agreed state.</summary>
    public AgreedState State { get; }

    /// <summary>
    /// The last checkpoint at which the replicas' states were divided, so that nobody can say which is right. Null if there was none, or if
    /// they were compared later and were not divided.
    /// </summary>
    public long? DividedAt => _states.DividedAt;

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; }

    /// <summary>Replays what is known to be committed, and starts its timers. Call once.</summary>
    public void Start(Instant now)
    {
        Member.Start(now);
        _own.Start(now);
        _states.Start(now);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        _reports.OnMessage(envelope, message, now);
        _managers.OnMessage(envelope, message, now);
        Member.OnMessage(envelope, message, now);
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => Member.OnFlushed(write, now);

    /// <inheritdoc/>
    public void OnTimer(Instant now)
    {
        if (now >= Member.NextDeadline)
            Member.OnTimer(now);
        if (now >= _reports.NextDeadline)
            _reports.OnTimer(now);
        if (now >= _managers.NextDeadline)
            _managers.OnTimer(now);
        _own.OnTimer(now);
        _states.OnTimer(now);
        _silence.OnTimer(now);
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        Member.OnBatchEnd(now);
        // A manager whose folder was wiped is a new incarnation: it has the lost one ordered out, and joins.
        if (Member.BlockedBy is { } lost && _managers.Leaving is null)
            _managers.OnWanted(_id, lost, lost.Value, isForced: false, now);
        _snapshots.Follow(now);
        _silence.FollowCases(now);
        _replies.FollowCases(now);
        _states.FollowCases(now);
        _replacements.Follow(now);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnDelivered(Entry entry, Instant now)
    {
        if (entry.Kind == EntryKind.Operation && ReportCodec.TryDecode(entry.Request.Payload.Span, out var report))
            State.OnReport(entry.Seq.Value, entry.Time, report!);
        _snapshots.OnApplied(entry);
    }

    /// <summary>A report that is skipped has no effect.</summary>
    public void OnSkipped(Entry entry, Instant now) => _snapshots.OnApplied(entry);

    /// <summary>Takes a replica's answer to <see cref="IReplicaAccess.AskStatus"/>; null if none came in time.</summary>
    public void OnStatus(byte replica, ReplicaSighting? sighting, Instant now)
    {
        _questions.OnAnswered(replica);
        if (sighting is not null)
        {
            _silence.OnSighting(replica, sighting, now);
            _own.OnSighting(replica, sighting, now);
        }

        _states.OnStatus(replica, sighting);
    }

    /// <summary>
    /// A replica has not answered <see cref="IReplicaAccess.AskStatus"/>. Its manager says that a foreign process keeps it from running.
    /// </summary>
    public void OnBlocked(byte replica) => _silence.OnBlocked(replica);

    /// <summary>
    /// Takes a replica's answer to <see cref="IReplicaAccess.AskReply"/>; null if it has no such reply, or has not answered in time.
    /// </summary>
    public void OnReply(byte replica, long sequence, StoredAnswer? answer)
    {
        _replies.OnReply(replica, sequence, answer);
        _own.OnReply(replica, sequence, answer);
    }

    /// <summary>
    /// Takes a replica's answer to <see cref="IReplicaAccess.AskDigest"/>; null if it has no such digest, or has not answered in time.
    /// </summary>
    public void OnDigest(byte replica, long checkpoint, Digest? digest)
    {
        _states.OnDigest(replica, checkpoint, digest);
        _own.OnDigest(replica, checkpoint, digest);
    }

    /// <summary>The own replica's process has ended by itself, and is started again.</summary>
    public void OnReplicaExited(Instant now) => _own.OnExited(now);

    /// <summary>The own replica's process is started again in order to run another version.</summary>
    public void OnReplicaRestarts(Instant now) => _own.OnRestarts(now);

    /// <summary>The agreed state at a JOIN, for the manager that has joined there; null if it is not known here.</summary>
    public AgreedSnapshot? FindSnapshot(long sequence) => _snapshots.FindAt(sequence);

    /// <summary>
    /// The JOIN at which the other managers gave this one different states, so that it believes none of them; null if there is none.
    /// </summary>
    public long? DisputedAt => _snapshots.DisputedAt;

    /// <summary>Takes the other managers' answers to <see cref="IReplicaAccess.AskSnapshot"/>; those that gave none are missing.</summary>
    public void OnSnapshot(long sequence, IReadOnlyList<AgreedSnapshot> given, Instant now)
    {
        if (_snapshots.OnFetched(sequence, given))
            Member.OnSnapshotUnavailable(new SequenceNumber(sequence), now);
    }

    /// <summary>A snapshot is on disk. A member that has waited for it begins from it, and follows the order after it.</summary>
    public void OnSnapshotSaved(AgreedSnapshot snapshot, Instant now)
    {
        if (!_snapshots.OnSaved(snapshot))
            return;
        State.Restore(snapshot);
        Member.OnSnapshotRestored(snapshot.Position, now);
    }

    private void UpdateDeadline() => NextDeadline = Deadlines.Earliest(
        Member.NextDeadline, _reports.NextDeadline, _managers.NextDeadline, _snapshots.NextDeadline, _own.NextDeadline,
        _silence.NextDeadline, _replies.NextDeadline, _states.NextDeadline, _replacements.NextDeadline);
}
