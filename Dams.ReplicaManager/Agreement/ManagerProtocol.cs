using Dams.Contracts.Management;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The core of a manager. As a member of the managers' group it applies the ordered reports to the agreed state. It also looks for itself:
/// it probes suspects, fetches disputed replies, compares state digests, and votes. It has the incarnation that the managers agreed on
/// ordered out of the replicas' group, and brings the next one into its own seat. Pure and single-threaded.
/// </summary>
internal sealed partial class ManagerProtocol : IProtocol, IEntryConsumer
{
    private static readonly TimeSpan s_repeat = TimeSpan.FromSeconds(5);

    private readonly ManagementOptions _options;
    private readonly byte _id;
    private readonly RequestSubmitter _reports;
    private readonly LeaveRequester _replicas;
    private readonly IReplicaWatch _watch;
    private readonly IMemberLog _log;
    private readonly LeaveRequester _managers;
    private long _lastRestart;
    private long _leaveWantedFor;
    private Instant _replaceAt;
    private long _overdueOf;
    private Instant _overdueAt = Instant.Never;

    /// <summary>A manager over its log, which may hold entries of earlier boots.</summary>
    /// <param name="group">The managers' group.</param>
    /// <param name="options">The rules of replacing.</param>
    /// <param name="id">The seat of the manager and of its replica.</param>
    /// <param name="boot">This run of the process.</param>
    /// <param name="log">The log of the managers' order on this manager's disk.</param>
    /// <param name="outbox">Takes the messages to the managers' group.</param>
    /// <param name="replicas">Hears the view of the replicas' group, and asks that group for a LEAVE.</param>
    /// <param name="watch">The access to replicas, disk and other managers.</param>
    /// <param name="snapshot">The durable snapshot that the manager begins from; null for none.</param>
    /// <param name="around">Wraps the consumer of the managers' order for the caller; null for no wrapper.</param>
    public ManagerProtocol(
        GroupOptions group, ManagementOptions options, byte id, BootId boot, IMemberLog log, Outbox outbox, LeaveRequester replicas,
        IReplicaWatch watch, ManagementSnapshot? snapshot = null, Func<IEntryConsumer, IEntryConsumer>? around = null)
    {
        _options = options;
        _log = log;
        _id = id;
        _replicas = replicas;
        _watch = watch;
        State = new ManagementState(options);
        if (snapshot is not null)
            State.Restore(snapshot);
        Durable = snapshot?.Position.Seq ?? SequenceNumber.Zero;
        _managers = new LeaveRequester(group, outbox);
        _reports = new RequestSubmitter(group, NodeId.Manager(id), boot, outbox);
        Member = new GroupMember(group, id, log, outbox, around?.Invoke(this) ?? this, boot.Value, snapshot?.Position);
    }

    /// <summary>The manager as a member of the managers' group.</summary>
    public GroupMember Member { get; }

    /// <summary>The agreed state.</summary>
    public ManagementState State { get; }

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; }

    /// <summary>Replays what is known to be committed, and starts its timers. Call once.</summary>
    public void Start(Instant now)
    {
        Member.Start(now);
        _watchAt = now;
        _digestAt = now + _options.DigestInterval;
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
        OnInquiryTimersElapsed(now);
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        Member.OnBatchEnd(now);
        FollowGroup(now);
        FollowCases(now);
        FollowReplacement(now);
        UpdateDeadline();
    }

    /// <summary>Reports that the own replica's process is started again, so that nobody votes it dead meanwhile.</summary>
    public void OnReplicaRestarts(Instant now)
    {
        var incarnation = _replicas.View.TryGet(_id, out var present) ? present.Incarnation.Value : 0;
        // Each restart needs a higher number, even within the same millisecond or after the clock was set back.
        _lastRestart = Math.Max(now.UnixMilliseconds, Math.Max(_lastRestart, State.LastRestart(_id)) + 1);
        Report(new RestartReport(_id, incarnation, _lastRestart), now);
    }

    /// <inheritdoc/>
    public void OnDelivered(Entry entry, Instant now)
    {
        if (entry.Kind == EntryKind.Operation && ReportCodec.TryDecode(entry.Request.Payload.Span, out var report))
            State.OnReport(entry.Seq.Value, entry.Time, report!);
        KeepSnapshots(entry);
    }

    /// <summary>A report that is skipped has no effect.</summary>
    public void OnSkipped(Entry entry, Instant now) => KeepSnapshots(entry);

    /// <summary>
    /// Carries out what is agreed on. Every manager asks for the LEAVE, so that it does not depend on the replaced replica's own manager.
    /// Then that one begins the new incarnation.
    /// </summary>
    private void FollowReplacement(Instant now)
    {
        if (LeaveDue() is { } due && _leaveWantedFor != due.Number)
        {
            _leaveWantedFor = due.Number;
            _replicas.OnWanted(due.Replica, new Incarnation(due.Incarnation), (ulong)due.Number, isForced: false, now);
        }

        if (State.Unsettled(_id) is { } own && (HasLeft(own) || _options.Mutant == ManagementMutant.ReplacedBeforeItLeft)
            && now >= _replaceAt)
        {
            // Repeated until it is settled, because moving the folder or starting the process may fail.
            _replaceAt = now + s_repeat;
            _watch.Replace(own);
        }
        else if (State.Unsettled(_id) is null)
        {
            _replaceAt = now;
        }

        foreach (var slot in _options.Slots)
        {
            if ((State.Unsettled(slot) ?? State.LeftAlone(slot)) is { } decision && HasLeft(decision)
                && _replicas.View.TryGet(slot, out var present) && present.Votes)
            {
                Report(new SettledReport(slot, decision.Incarnation, decision.Number), now);
            }
        }

        FollowOverdue(now);
    }

    /// <summary>
    /// The decision whose LEAVE must be ordered: the replacement whose turn it is, or else one that is overdue and has not even left.
    /// </summary>
    private Decision? LeaveDue()
    {
        if (State.Active is { } active)
            return IsInView(active.Replica, active.Incarnation) ? active : null;
        foreach (var slot in _options.Slots)
        {
            if (State.Unsettled(slot) is { } overdue && IsInView(slot, overdue.Incarnation))
                return overdue;
        }

        return null;
    }

    private void FollowOverdue(Instant now)
    {
        if (State.Active is not { } active)
        {
            _overdueAt = Instant.Never;
            _overdueOf = 0;
            return;
        }

        if (_overdueOf != active.Number)
        {
            _overdueOf = active.Number;
            _overdueAt = now + _options.ReplacementPatience;
        }

        if (now < _overdueAt)
            return;
        _overdueAt = now + s_repeat;
        Report(new OverdueReport(active.Replica, active.Incarnation, active.Number), now);
    }

    private bool IsInView(byte replica, ulong incarnation) =>
        _replicas.View.TryGet(replica, out var member) && member.Incarnation.Value == incarnation;

    /// <summary>
    /// Only a view later than one that had the incarnation shows that it has left: an older view may never have heard of it.
    /// </summary>
    private bool HasLeft(Decision decision) =>
        _replicas.View.Number.Value > decision.View && !IsInView(decision.Replica, decision.Incarnation);

    private void Report(Report report, Instant now) => _reports.Submit(ReportCodec.OpcodeOf(report), ReportCodec.Encode(report), now);

    private void UpdateDeadline()
    {
        var next = Instant.Earlier(Instant.Earlier(Member.NextDeadline, _reports.NextDeadline), Instant.Earlier(_watchAt, _digestAt));
        next = Instant.Earlier(Instant.Earlier(next, _overdueAt), Instant.Earlier(_managers.NextDeadline, _fetchAt));
        if (State.Unsettled(_id) is { } own && HasLeft(own))
            next = Instant.Earlier(next, _replaceAt);
        if (_round is { } round)
            next = Instant.Earlier(next, round.Until);
        foreach (var probe in _probes)
            next = Instant.Earlier(next, DueOf(probe));
        foreach (var evidence in _evidence)
            next = Instant.Earlier(next, DueOf(evidence));
        NextDeadline = next;
    }
}
