using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// Sends requests to the sequencer until they are answered. Collects the replicas' replies, answers at the second equal one, and
/// continues to judge the late ones. It owns one object for each decision, and connects them. Pure and single-threaded.
/// </summary>
internal sealed class RequestCoordinator : IProtocol
{
    private readonly CoordinatorOptions _options;
    private readonly ICallSink _sink;
    private readonly PendingCalls _calls = new();
    private readonly CallTimers _timers = new();
    private readonly RequestSession _session;
    private readonly RequestSender _sender;
    private readonly ActiveSequencer _sequencer;
    private readonly ActiveReplicas _replicas;
    private readonly AnswerRule _rule;
    private readonly ViewRequester _views;
    private readonly ReplicaJudge _judge;
    private readonly FalseAccuser _accuser;

    /// <summary>Makes a coordinator that knows no view and no epoch yet.</summary>
    /// <param name="group">The replicas' group.</param>
    /// <param name="options">Limits and timing.</param>
    /// <param name="id">The number of the front end.</param>
    /// <param name="boot">The boot of this process. It is also the first session, which is part of the keys that are made here.</param>
    /// <param name="outbox">Takes the messages to send.</param>
    /// <param name="sink">Takes results, judgements and reports.</param>
    /// <param name="seed">The seed of the jitter.</param>
    public RequestCoordinator(
        GroupOptions group, CoordinatorOptions options, byte id, BootId boot, Outbox outbox, ICallSink sink, ulong seed)
    {
        _options = options;
        _sink = sink;
        var random = new SeededRandom(seed);
        Statistics = new CoordinatorStatistics(group.Members);
        _session = new RequestSession(id, boot, random);
        _sender = new RequestSender(options, random, outbox);
        _sequencer = new ActiveSequencer(group, options);
        _replicas = new ActiveReplicas();
        _rule = new AnswerRule(options, _replicas);
        _views = new ViewRequester(group, options, outbox);
        _judge = new ReplicaJudge(options, id, boot, Statistics, sink);
        _accuser = new FalseAccuser(options, id, boot, sink);
    }

    public CoordinatorStatistics Statistics { get; }

    /// <inheritdoc cref="ActiveReplicas.View"/>
    public View View => _replicas.View;

    /// <inheritdoc cref="ActiveSequencer.Epoch"/>
    public Epoch Epoch => _sequencer.Epoch;

    /// <inheritdoc cref="ActiveSequencer.Number"/>
    public byte Sequencer => _sequencer.Number;

    /// <inheritdoc cref="ActiveSequencer.MaxSeq"/>
    public SequenceNumber MaxSeq => _sequencer.MaxSeq;

    /// <inheritdoc cref="ActiveSequencer.CommitSeq"/>
    public SequenceNumber CommitSeq => _sequencer.CommitSeq;

    /// <summary>Whether a view is known and the sequencer was heard recently.</summary>
    public bool HearsSequencer(Instant now) => View.Voters > 0 && _sequencer.IsHeard(now);

    /// <summary>How many calls in flight are not answered yet.</summary>
    internal int Unanswered => _calls.UnansweredCount;

    /// <inheritdoc cref="ReplicaJudge.Limit"/>
    internal TimeSpan SilenceLimit => _judge.Limit;

    /// <inheritdoc/>
    public Instant NextDeadline => Instant.Earlier(_timers.NextDeadline, _views.NextDeadline);

    /// <summary>Asks for the view. Call once.</summary>
    public void Start(Instant now) => AskForView(now);

    /// <summary>Takes a call.</summary>
    /// <param name="call">The caller's handle, given back with the result.</param>
    /// <param name="clientKey">The key of a request id that the client made; null to make a key here.</param>
    /// <param name="opcode">The opcode of the command.</param>
    /// <param name="payload">The canonical bytes of the command.</param>
    public void OnCall(long call, RequestKey? clientKey, byte opcode, ReadOnlyMemory<byte> payload, Instant now)
    {
        Statistics.OnCall();
        if (payload.Length > Request.PayloadBytesMax)
        {
            Complete(call, new Failed(CallFailure.TooBig));
            return;
        }

        var digest = Request.DigestOf(opcode, payload.Span);
        var key = clientKey ?? _session.NextKey();
        if (_calls.TryGet(key, digest, out var running))
        {
            if (running.IsAnswered)
                Complete(call, running.Result!);
            else
                running.Waiting.Add(call);
            return;
        }

        // These checks come after the one above: a repeat of a call that is under way must not be told that it was never sent.
        if (_calls.UnansweredCount >= _options.CallsMax)
        {
            Complete(call, new Failed(CallFailure.OverloadedHere));
            return;
        }

        if (View.Voters == 1)
        {
            Complete(call, new Failed(CallFailure.InsufficientReplicas));
            return;
        }

        var pending = new PendingCall(_session.Begin(key, opcode, digest, payload), _options, now);
        pending.Waiting.Add(call);
        _calls.Add(pending);
        Send(pending, now);
        _timers.Schedule(pending);
    }

    /// <summary>Takes the body that <see cref="ICallSink.OnBodyWanted"/> asked for, or null if the replica could not give it.</summary>
    public void OnBodyFetched(BodyWanted wanted, ReadOnlyMemory<byte>? body, Instant now)
    {
        if (!_calls.TryGet(wanted.Key, wanted.RequestDigest, out var call) || call.IsAnswered
            || call.Decided is not { } vote || vote.Seq != wanted.Seq)
            return;
        if (body is null || !vote.OnBodyFetched(wanted.Replica, body.Value))
            OnBodyMissed(call, vote, now);
        else
            TryAnswer(call, now);
        if (!call.IsAnswered)
            _timers.Schedule(call);
        else if (call.Decided is { } decided && _replicas.HaveReplied(decided))
            Close(call, now);
    }

    /// <summary>
    /// A fault of the lab: this front end reports a healthy replica as wrong and silent, for the numbers that it judged last. The
    /// managers must find out. It may be called at any rate, because it pauses as a true suspicion does.
    /// </summary>
    /// <returns>Whether it has accused. It does not during the pause, nor if the replica is not active or nothing was judged yet.</returns>
    public bool OnFalseAccusation(byte replica, Instant now) => _accuser.TryAccuse(replica, View, _judge.LatestCounted, now);

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        switch (message)
        {
            case ReplyMessage m: OnReply(envelope, m, now); break;
            case ReqAck m: OnReqAck(envelope, m, now); break;
            case Sync m: OnSync(envelope, m, now); break;
        }
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => Invariant.That(false, "a coordinator has no log");

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
    }

    /// <inheritdoc/>
    public void OnTimer(Instant now)
    {
        AskForView(now);
        while (_timers.TryTakeDue(now, out var call))
            OnCallTimerElapsed(call, now);
    }

    private void OnCallTimerElapsed(PendingCall call, Instant now)
    {
        if (call.IsClosed)
            return;
        if (now >= call.Body.NextDeadline && !call.IsAnswered)
            AskForBody(call, call.Decided!, now);
        if (!call.IsAnswered && now >= call.AnswerAt)
            TryAnswer(call, now);
        if (!call.IsAnswered && now >= call.Deadline)
            Fail(call, call.FailureAtDeadline, now);
        else if (call.IsAnswered && now >= call.JudgeUntil)
            Close(call, now);
        if (call.IsClosed)
            return;

        if (!call.IsAnswered && now >= call.RetryAt)
            Send(call, now);
        _timers.Schedule(call);
    }

    private void OnSync(in Envelope envelope, Sync sync, Instant now)
    {
        if (!_sequencer.IsLedBy(envelope))
            return;
        var isNewEpoch = _sequencer.OnSync(envelope, sync, now);
        _replicas.OnSync(sync);
        _judge.OnSync(isNewEpoch, now);
        if (isNewEpoch)
            RepeatUnanswered(now);
    }

    private void RepeatUnanswered(Instant now)
    {
        Statistics.OnEpoch();
        foreach (var call in _calls.Unanswered)
        {
            _sender.OnNewEpoch(call, now);
            _timers.Schedule(call);
        }
    }

    private void OnReqAck(in Envelope envelope, ReqAck ack, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer)
            return;
        if (ack.Status == ReqAckStatus.NotSequencer)
        {
            // This is a hint. It is worth following only while no sequencer is heard.
            if (!HearsSequencer(now))
                _sequencer.OnHint((byte)ack.Argument);
            return;
        }

        var calls = _calls.OfKey(ack.Key);
        // Backwards, because a call that is closed leaves the list.
        for (var i = calls.Count - 1; i >= 0; i--)
        {
            if (!calls[i].IsAnswered)
                OnReqAck(calls[i], ack, now);
        }
    }

    private void OnReqAck(PendingCall call, ReqAck ack, Instant now)
    {
        switch (ack.Status)
        {
            case ReqAckStatus.Ordered or ReqAckStatus.Duplicate:
                call.WasOrdered = true;
                break;
            case ReqAckStatus.Busy:
                call.WasBusy = true;
                _sender.OnBusy(call, ack.Argument, now);
                _timers.Schedule(call);
                break;
            case ReqAckStatus.TooBig when call.IsTooBigFor(ack.Argument):
                Finish(call, new Failed(CallFailure.TooBig));
                Close(call, now);
                break;
        }
    }

    private void OnReply(in Envelope envelope, ReplyMessage reply, Instant now)
    {
        if (envelope.From.Role != NodeRole.Replica || !_replicas.Counts(envelope.From.Number, reply))
            return;
        if (!_calls.TryGet(reply.Key, reply.RequestDigest, out var call))
        {
            // A client may use its own key for several requests, so only a key of this front end shows that the replica has strayed.
            foreach (var other in reply.Key.IsClientMade ? [] : _calls.OfKey(reply.Key))
                other.OnStrayed(envelope.From.Number);
            return;
        }

        if (call.VoteFor(reply, envelope.From.Number) is not { } vote)
            return;
        call.WasOrdered = true;
        if (vote.Replies == 0)
            _judge.OnOpened(vote);
        if (vote.OnReply(envelope.From.Number, reply, now)
            && (call.Decided is null || (!call.IsAnswered && ReferenceEquals(vote, call.Successor))))
            Decide(call, vote, now);

        if (!call.IsAnswered)
            TryAnswer(call, now);
        if (call.IsAnswered && ReferenceEquals(vote, call.Decided) && _replicas.HaveReplied(vote))
            Close(call, now);
    }

    private void Decide(PendingCall call, ReplyVoter vote, Instant now) => call.Decide(vote, _judge.JudgeUntil(now));

    /// <summary>Ends a call if its votes allow it, or else asks for the body that is missing.</summary>
    private void TryAnswer(PendingCall call, Instant now)
    {
        var state = _rule.StateOf(call, now);
        if (state == VoteState.Divergence)
            Fail(call, CallFailure.ReplicaDivergence, now);
        if (state == VoteState.Divergence || call.Decided is not { } vote)
            return;
        call.AnswerAt = state == VoteState.Open ? call.AnswerBy : Instant.Never;
        if (vote.Result is { } result)
        {
            if (state == VoteState.Answer)
                Finish(call, ResultOf(call.Request, vote.Seq, result));
            _timers.Schedule(call);
        }
        else if (call.Body.IsDue(vote))
        {
            AskForBody(call, vote, now);
            _timers.Schedule(call);
        }
    }

    private CallResult ResultOf(Request request, SequenceNumber seq, ReadOnlyMemory<byte> result)
    {
        if (!RetiredReply.Is(result.Span))
            return new Answered(seq, result);
        _session.OnRetired(request);
        return new Failed(CallFailure.SessionRetired);
    }

    /// <summary>Asks a replica of the majority for a result that did not fit a datagram. If that fails, another one is asked.</summary>
    private void AskForBody(PendingCall call, ReplyVoter vote, Instant now)
    {
        if (call.Body.AskNext(vote, now + _options.BodyRetry) is { } replica)
            _sink.OnBodyWanted(new BodyWanted(call.Request.Key, call.Request.Digest, vote.Seq, replica));
    }

    /// <summary>
    /// A replica of the majority has not given the body, so the next one is asked. After the last one all are asked again, but not at
    /// once. A read is ordered again if the replicas have forgotten its reply. Two equal replies to that are as good an answer.
    /// </summary>
    private void OnBodyMissed(PendingCall call, ReplyVoter vote, Instant now)
    {
        if (call.Body.HasNext(vote))
        {
            AskForBody(call, vote, now);
            return;
        }

        call.Body.BecomeInVain(now + _options.BodyRetry);
        if (call.Successor is not { } newer)
            return;
        Decide(call, newer, now);
        TryAnswer(call, now);
    }

    private void AskForView(Instant now) => _views.OnTimer(isNeeded: !HearsSequencer(now), Epoch, now);

    private void Send(PendingCall call, Instant now)
    {
        if (_sender.HasTried(call))
            _sequencer.OnRetry(now);
        _sender.Send(call, Sequencer, _session.LowestOutstanding, now);
    }

    private void Finish(PendingCall call, CallResult result)
    {
        call.BecomeAnswered(result);
        _calls.OnAnswered();
        _session.End(call.Request);
        foreach (var waiting in call.Waiting)
            Complete(waiting, result);
        call.Waiting.Clear();
    }

    /// <summary>Ends a call that will not get an answer.</summary>
    private void Fail(PendingCall call, CallFailure reason, Instant now)
    {
        Finish(call, new Failed(reason));
        if (reason is CallFailure.NoQuorum or CallFailure.ReplicaDivergence)
            _judge.RaiseAlarm(call, reason, isAnswered: false, View);
        Close(call, now);
    }

    private void Complete(long call, CallResult result)
    {
        Statistics.OnCompleted(result);
        _sink.OnCompleted(call, result);
    }

    /// <summary>Judges the replicas and forgets the call. A second close does nothing.</summary>
    private void Close(PendingCall call, Instant now)
    {
        if (call.IsClosed)
            return;
        call.BecomeClosed();
        _calls.Remove(call);
        _sink.OnClosed(call, View);
        _judge.Judge(call, View, now);
    }
}
