using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// A sequencer of a group: active in at most one epoch, or a standby. It gives every request the next number and a
/// time, keeps the history buffer, counts what is stored, and says what is committed. It has no log of its own: after a
/// change of epoch it fetches what it needs. Pure and single-threaded. It uses the PB method with resilience degree 1
/// (Kaashoek). Its change of epoch is a view change of Viewstamped Replication.
/// <para>
/// This class decides which messages count in which state, and when the state changes. Its parts decide the rest:
/// <see cref="CandidacyEvidence"/> and <see cref="Candidacy"/> how it becomes active, <see cref="TotalOrder"/>,
/// <see cref="MembershipRule"/> and <see cref="SkipCollector"/> what it orders then.
/// </para>
/// </summary>
public sealed class SequencerProtocol : IProtocol
{
    private readonly GroupOptions _options;
    private readonly Outbox _outbox;
    private readonly CandidacyEvidence _evidence;
    private readonly TotalOrder _order;
    private readonly MembershipRule _membership;
    private readonly SkipCollector _skips;
    private readonly Heartbeat _heartbeat;

    // Null as a standby, and only then.
    private Candidacy? _candidacy;
    private Instant _epochTimer;

    /// <summary>Makes a sequencer that has just started. It is always a standby, whatever it was before.</summary>
    public SequencerProtocol(GroupOptions options, byte id, BootId boot, Outbox outbox)
    {
        _options = options;
        Id = id;
        Boot = boot;
        _outbox = outbox;
        _evidence = new CandidacyEvidence(options, id, boot);
        _order = new TotalOrder(options, outbox);
        _membership = new MembershipRule(options, _order);
        _skips = new SkipCollector(options);
        _heartbeat = new Heartbeat(options, id, outbox);
    }

    /// <summary>The state of the sequencer.</summary>
    public SequencerState State { get; private set; }

    /// <summary>The epoch that it leads or tries to lead; none as a standby.</summary>
    public Epoch Epoch => _candidacy?.Claim.Epoch ?? Epoch.None;

    /// <summary>Its number among the sequencers.</summary>
    public byte Id { get; }

    /// <summary>The boot of this process.</summary>
    public BootId Boot { get; }

    /// <summary>The last number that was given to an entry.</summary>
    public SequenceNumber MaxSeq => _order.MaxSeq;

    /// <summary>The last committed number.</summary>
    public SequenceNumber CommitSeq => _order.CommitSeq;

    /// <summary>The view after the last appended membership entry.</summary>
    public View View => _order.View;

    /// <summary>How often this process has become active.</summary>
    public int Activations { get; private set; }

    /// <summary>
    /// The seats of members that have not been heard from, for people who wait for a first start. Empty as soon as any
    /// sequencer is known to have become active, because then this is no first start.
    /// </summary>
    public IReadOnlyList<byte> WaitedFor => _evidence.BelievedActive != 0
        ? []
        : [.. _options.Members.Where(id => _candidacy?.HasPromiseOf(id) != true && !_evidence.HasSummaryOf(id)).Order()];

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; }

    /// <summary>The claim that members promise to it as a candidate, and that it holds as the active sequencer.</summary>
    internal Claim Claim => new(Epoch, Boot);

    /// <summary>The entries that it can send again.</summary>
    internal HistoryBuffer History => _order.History;

    /// <summary>Entries held beyond a gap while a tail is fetched.</summary>
    internal int EarlyCount => _candidacy?.EarlyCount ?? 0;

    /// <summary>Whether it has the part of its epoch's log that members may fetch from it.</summary>
    private bool HasLog => State is SequencerState.Installing or SequencerState.Active;

    private Candidacy Candidacy => _candidacy ?? throw new InvariantBrokenException("a standby has no candidacy");

    /// <summary>
    /// The laggards of the view. The disk of such a member has made no progress for too long while there was something
    /// to store. Or the member is too far behind to be waited for.
    /// </summary>
    public IReadOnlyList<byte> LaggardsAt(Instant now) => State != SequencerState.Active
        ? []
        : _order.Members.LaggardsOf(View, CommitSeq, now);

    /// <summary>Starts its timers. Call once.</summary>
    public void Start(Instant now)
    {
        BecomeStandby(now);
        UpdateDeadline();
    }

    /// <summary>The process is being stopped. The next sequencer takes over without waiting for suspicions.</summary>
    public void OnStopping(Instant now)
    {
        if (State == SequencerState.Active)
        {
            foreach (var sequencer in _options.Sequencers.Where(sequencer => sequencer != Id))
                _outbox.Send(NodeId.Sequencer(sequencer), Epoch, new HandOver(Epoch));
        }

        BecomeStandby(now);
        _epochTimer = Instant.Never;
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (IsFenced(envelope, message, now))
            return;
        var from = envelope.From;
        switch (message)
        {
            case Req m: OnReq(from, m.Request, now); break;
            case ViewSummary m when IsMember(from) && IsOfGroup(m.Installed.Epoch, m.View):
                _evidence.OnSummary(from.Number, m, now);
                ConsiderCandidacy(now);
                break;
            case SeqSuspect m when IsMember(from):
                _evidence.OnSuspicion(from.Number, m, now);
                ConsiderCandidacy(now);
                break;
            case HandOver m: OnHandOver(from, m, now); break;
            case Sync: OnSyncOfAnother(envelope, now); break;
            case Promise m: OnPromise(from, m, now); break;
            case Fetched m: OnFetched(m, now); break;
            case Fetch m when HasLog && from.Role == _options.MemberRole: _order.OnFetch(from, m); break;
            case NewViewAck m: OnNewViewAck(from, m, now); break;
            default:
                if (State == SequencerState.Active)
                    OnMessageWhileActive(envelope, message, now);
                break;
        }
    }

    private void OnMessageWhileActive(in Envelope envelope, Message message, Instant now)
    {
        var from = envelope.From;
        switch (message)
        {
            case Stored m when IsOfEpoch(envelope): _order.OnProgress(from.Number, m.Progress, now); break;
            case State m when IsOfEpoch(envelope): _order.OnProgress(from.Number, m.Progress, now); break;
            case Nak m when IsMember(from): _order.OnNak(from, m, now); break;
            case Missing m when from.Role == _options.MemberRole: _order.OnMissing(m); break;
            case JoinReq m when IsMember(from): Append(_membership.OnJoinReq(from.Number, m), now); break;
            case CaughtUp m when IsMember(from): Append(_membership.OnCaughtUp(from.Number, m), now); break;
            case LeaveReq m when from.Role == NodeRole.Manager:
                Append(_membership.OnLeaveReq(m, _skips.IsCollecting(CommitSeq), now), now);
                break;
            case SkipReq m when from.Role == NodeRole.Manager:
                _outbox.Send(from, Epoch, _skips.OnRequest(m.Seq, CommitSeq, now));
                break;
            case SkipVote m when from.Role == _options.MemberRole: OnSkipVote(from.Number, m, now); break;
            case GetView when from.Role == _options.MemberRole: Candidacy.SendNewView(from); break;
            case GetView: _outbox.Send(from, Epoch, _order.ToSync()); break;
        }
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => Invariant.That(false, "a sequencer has no log");

    /// <inheritdoc/>
    public void OnTimer(Instant now)
    {
        if (now >= _heartbeat.NextDeadline)
            OnHeartbeatElapsed(now);
        if (now >= _epochTimer)
            OnEpochTimerElapsed(now);
        if (now >= _skips.NextDeadline && _skips.OnTimerElapsed(CommitSeq, now) is { } ask)
            _order.SendToMembers(ask);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        _order.OnBatchEnd();
        UpdateDeadline();
    }

    private void BecomeStandby(Instant now)
    {
        _evidence.Restart(isFirstWait: _candidacy is null && Activations == 0);
        State = SequencerState.Standby;
        _candidacy = null;
        _order.Clear();
        _skips.Clear();
        _heartbeat.End();
        _epochTimer = now;
    }

    private void BecomeCandidate(Instant now)
    {
        State = SequencerState.Candidate;
        _candidacy = new Candidacy(_options, _outbox, new Claim(_evidence.NextEpoch(), Boot), _order.History, now);
        _evidence.Restart(isFirstWait: false);
        _epochTimer = now + _options.EpochRetry;
        Candidacy.SendPrepare();
    }

    private void BecomeInstalling(LogChoice log, Instant now)
    {
        State = SequencerState.Installing;
        _order.Continue(log, Epoch);
        _epochTimer = now + _options.EpochRetry;
        Candidacy.Install(log, now);
    }

    private void BecomeActive(Instant now)
    {
        State = SequencerState.Active;
        Activations++;
        _evidence.OnActive(Id);
        _order.Begin(now);
        _heartbeat.Schedule(now);
        _epochTimer = now + _options.EpochRetry;
        _heartbeat.Send(_order.ToSync(), Epoch);
    }

    /// <summary>
    /// A higher epoch in any message ends this sequencer's epoch at once. So it never answers from the memory of an
    /// epoch that is over.
    /// </summary>
    private bool IsFenced(in Envelope envelope, Message message, Instant now)
    {
        var higher = envelope.Epoch;
        var sameEpochOtherBoot = false;
        if (message is Refused refused)
        {
            higher = refused.Promised.Epoch;
            sameEpochOtherBoot = higher == Epoch && refused.Promised.Boot != Boot;
        }

        _evidence.OnEpoch(higher);
        if (State == SequencerState.Standby || (higher <= Epoch && !sameEpochOtherBoot))
            return message is Refused;
        BecomeStandby(now);
        return message is Refused;
    }

    private void OnEpochTimerElapsed(Instant now)
    {
        _epochTimer = now + _options.EpochRetry;
        switch (State)
        {
            case SequencerState.Standby:
                foreach (var member in _options.Members)
                    _outbox.Send(_options.Member(member), Epoch, new GetView(_evidence.HighestSeen));
                ConsiderCandidacy(now);
                break;
            case SequencerState.Candidate or SequencerState.Installing when Candidacy.IsStuck(now):
                BecomeCandidate(now);
                break;
            default:
                Candidacy.Repeat(View);
                break;
        }
    }

    private void ConsiderCandidacy(Instant now)
    {
        if (State == SequencerState.Standby && _evidence.IsTurn(now))
            BecomeCandidate(now);
    }

    /// <summary>The active sequencer hands over in order. The first of the others prepares at once; the rest wait their turn.</summary>
    private void OnHandOver(NodeId from, HandOver handOver, Instant now)
    {
        if (State != SequencerState.Standby || from.Role != NodeRole.Sequencer || handOver.Epoch < _evidence.HighestSeen
            || handOver.Epoch.Sequencer != from.Number)
        {
            return;
        }

        if (_options.Sequencers.FirstOrDefault(sequencer => sequencer != from.Number) == Id)
            BecomeCandidate(now);
    }

    /// <summary>Another sequencer is active. If its epoch is higher, it has fenced this one before this call.</summary>
    private void OnSyncOfAnother(in Envelope envelope, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || envelope.Epoch < _evidence.HighestSeen)
            return;
        _evidence.OnActive(envelope.From.Number);
        if (State == SequencerState.Standby)
            _epochTimer = now + _options.EpochRetry;
    }

    private void OnPromise(NodeId from, Promise promise, Instant now)
    {
        if (promise.Claim != Claim || State != SequencerState.Candidate || !IsMember(from) || !IsOfGroup(promise.Installed, promise.View))
            return;
        _order.Members.OnHeard(from.Number, now);
        Candidacy.OnPromise(from.Number, promise);
        if (Candidacy.FetchedLog is { } log)
            BecomeInstalling(log, now);
    }

    private void OnFetched(Fetched fetched, Instant now)
    {
        if (State != SequencerState.Candidate)
            return;
        Candidacy.OnFetched(fetched);
        if (Candidacy.FetchedLog is { } log)
            BecomeInstalling(log, now);
    }

    private void OnNewViewAck(NodeId from, NewViewAck ack, Instant now)
    {
        if (ack.Claim != Claim || !HasLog || !View.TryGet(from.Number, out var member)
            || member.Incarnation != ack.Progress.Incarnation || !Candidacy.OnInstalled(member.Id, ack.Progress.Durable))
        {
            return;
        }

        _order.Members.OnInstalled(member.Id, ack.Progress, now);
        if (State == SequencerState.Active)
            _order.AdvanceCommit();
        else if (Candidacy.IsInstalledIn(View))
            BecomeActive(now);
    }

    private void OnReq(NodeId from, Request request, Instant now)
    {
        // Sequencers send requests too: they report laggards to the managers.
        if (from.Role is not (NodeRole.FrontEnd or NodeRole.Manager or NodeRole.Sequencer))
            return;
        if (State == SequencerState.Active)
            _order.OnReq(from, request, now);
        else
            _outbox.Send(from, Epoch, new ReqAck(request.Key, ReqAckStatus.NotSequencer, _evidence.BelievedActive));
    }

    private void OnSkipVote(byte member, SkipVote vote, Instant now)
    {
        if (_skips.OnVote(member, vote, CommitSeq))
            _skips.OnAppended(_order.Append(EntryKind.Skip, new SkippedEntry(vote.Seq).ToRequest(MaxSeq.Next), now).Seq);
    }

    private void Append(OrderedChange? change, Instant now)
    {
        if (change is { } wanted)
            _order.Append(wanted.Kind, wanted.ToRequest(), now);
    }

    private void OnHeartbeatElapsed(Instant now)
    {
        _heartbeat.Schedule(now);
        if (!_order.Members.IsDeaf(View, now))
            _heartbeat.Send(_order.ToSync(), Epoch);
    }

    private bool IsMember(NodeId node) => node.Role == _options.MemberRole && _options.Members.Contains(node.Number);

    private bool IsOfEpoch(in Envelope envelope) => envelope.Epoch == Epoch && IsMember(envelope.From);

    /// <summary>
    /// Whether the view that a member reports can be one of this group. After an installation a view has voters, and
    /// all its members are of this group. A member that reports another view has another configuration, or is damaged.
    /// </summary>
    private bool IsOfGroup(Epoch installed, View view) =>
        installed == Epoch.None || (view.Voters > 0 && view.Members.All(member => _options.Members.Contains(member.Id)));

    private void UpdateDeadline() => NextDeadline = Deadlines.Earliest(_heartbeat.NextDeadline, _epochTimer, _skips.NextDeadline);
}
