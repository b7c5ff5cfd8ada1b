using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// Sends requests to the sequencer until they are answered. Collects the replicas' replies, answers at the second equal one, and
/// continues to judge the late ones. Pure and single-threaded.
/// </summary>
internal sealed partial class RequestCoordinator : IProtocol
{
    private readonly GroupOptions _group;
    private readonly CoordinatorOptions _options;
    private readonly byte _id;
    private readonly BootId _boot;
    private BootId _session;
    private readonly Outbox _outbox;
    private readonly ICallSink _sink;
    private readonly SeededRandom _random;
    private readonly SilenceLimit _silence;
    private readonly SilenceWatch _watch;
    private readonly StrikeCounter _strikes;
    private readonly Dictionary<(RequestKey Key, Digest Digest), PendingCall> _calls = [];
    private readonly Dictionary<RequestKey, List<PendingCall>> _byKey = [];
    private readonly PriorityQueue<PendingCall, (long Ticks, long Order)> _timers = new();
    private readonly SortedSet<ulong> _outstanding = [];
    private long _timerOrder;
    private ulong _lastNumber;
    private int _unanswered;
    private Epoch _epoch;
    private View _view = View.None;
    private byte _sequencer;
    private Instant _sequencerHeardAt;
    private Instant _viewRetryAt;

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
        _group = group;
        _options = options;
        _id = id;
        _boot = boot;
        _session = boot;
        _outbox = outbox;
        _sink = sink;
        _random = new SeededRandom(seed);
        _silence = new SilenceLimit(options);
        _watch = new SilenceWatch(options, sink);
        _strikes = new StrikeCounter(options, _silence, id, boot, sink);
        _sequencer = group.Sequencers[0];
        Statistics = new CoordinatorStatistics(group.Members);
    }

    public CoordinatorStatistics Statistics { get; }

    /// <summary>The view that replies are judged by; <see cref="View.None"/> until a sequencer has sent one.</summary>
    public View View => _view;

    /// <summary>The highest epoch heard of.</summary>
    public Epoch Epoch => _epoch;

    /// <summary>The sequencer that requests are sent to.</summary>
    public byte Sequencer => _sequencer;

    /// <summary>The highest sequence number that a sequencer has reported.</summary>
    public SequenceNumber MaxSeq { get; private set; }

    /// <summary>The highest committed number that a sequencer has reported.</summary>
    public SequenceNumber CommitSeq { get; private set; }

    /// <summary>Whether a view is known and the sequencer was heard recently.</summary>
    public bool HearsSequencer(Instant now) => _view.Voters > 0 && now - _sequencerHeardAt < _options.SequencerPatience;

    /// <summary>How many calls in flight are not answered yet.</summary>
    internal int Unanswered => _unanswered;

    /// <summary>The present limit for late replies.</summary>
    public TimeSpan SilenceLimit => _silence.Current;

    /// <inheritdoc/>
    public Instant NextDeadline => _timers.TryPeek(out _, out var next)
        ? Instant.Earlier(new Instant(next.Ticks, 0), _viewRetryAt) : _viewRetryAt;

    /// <summary>Asks for the view. Call once.</summary>
    public void Start(Instant now) => AskForView(now);

    /// <summary>Takes a call.</summary>
    /// <param name="call">The caller's handle, given back with the result.</param>
    /// <param name="clientKey">The key of a request id that the client made; null to make a key here.</param>
    /// <param name="opcode">The opcode of the command.</param>
    /// <param name="payload">The canonical bytes of the command.</param>
    public void OnCall(long call, RequestKey? clientKey, byte opcode, ReadOnlyMemory<byte> payload, Instant now)
    {
        Statistics.Requests++;
        if (payload.Length > Request.PayloadBytesMax)
        {
            Complete(call, new Failed(CallFailure.TooBig));
            return;
        }

        var digest = Request.DigestOf(opcode, payload.Span);
        var key = clientKey ?? new RequestKey(_id, _session.Value, ++_lastNumber);
        if (_calls.TryGetValue((key, digest), out var running))
        {
            if (running.IsAnswered)
                Complete(call, running.Result!);
            else
                running.Waiting.Add(call);
            return;
        }

        // These checks come after the one above: a repeat of a call that is under way must not be told that it was never sent.
        if (_unanswered >= _options.CallsMax)
        {
            Complete(call, new Failed(CallFailure.OverloadedHere));
            return;
        }

        if (_view.Voters == 1)
        {
            Complete(call, new Failed(CallFailure.InsufficientReplicas));
            return;
        }

        if (clientKey is null)
            _outstanding.Add(key.Low);
        var request = new Request(key, _id, _session, LowestOutstanding, opcode, digest, payload);
        var pending = new PendingCall(request, now + _options.CallDeadline)
        {
            Began = now,
            Retry = _options.RetryMin,
            Quorum = AnswerQuorum,
            ArePlacesShared = _options.Mutant == CoordinationMutant.PlacesAreShared,
        };
        pending.Waiting.Add(call);
        _calls.Add((key, digest), pending);
        if (!_byKey.TryGetValue(key, out var sameKey))
            _byKey.Add(key, sameKey = new List<PendingCall>(1));
        sameKey.Add(pending);
        _unanswered++;
        SendRequest(pending, now);
        Schedule(pending);
    }

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
        if (now >= _viewRetryAt)
            AskForView(now);
        while (_timers.TryPeek(out var call, out var due) && due.Ticks <= now.Ticks)
        {
            _timers.Dequeue();
            if (call.TimerAt.Ticks != due.Ticks)
                continue;
            call.TimerAt = Instant.Never;
            OnCallTimerElapsed(call, now);
        }
    }

    /// <summary>The lowest of this front end's own numbers that may still be repeated. Replicas forget the requests below it.</summary>
    private ulong LowestOutstanding => _outstanding.Count > 0 ? _outstanding.Min : _lastNumber + 1;

    private void OnCallTimerElapsed(PendingCall call, Instant now)
    {
        if (!_calls.TryGetValue((call.Request.Key, call.Request.Digest), out var current) || !ReferenceEquals(current, call))
            return;
        if (now >= call.BodyRetryAt && !call.IsAnswered)
            AskForBody(call, now);
        if (!call.IsAnswered && now >= call.AnswerAt)
            TryAnswer(call, now);
        if (!call.IsAnswered && now >= call.Deadline)
            Fail(call, ReasonOf(call), now);
        else if (call.IsAnswered && now >= call.JudgeUntil)
            Close(call, now);
        if (call.IsClosed)
            return;

        if (!call.IsAnswered && now >= call.RetryAt)
            SendRequest(call, now);
        Schedule(call);
    }

    private static CallFailure ReasonOf(PendingCall call) => call.WasOrdered || call.Votes.Count > 0
        ? CallFailure.NoQuorum
        : call.WasBusy ? CallFailure.Overloaded : CallFailure.SequencerUnavailable;

    private void SendRequest(PendingCall call, Instant now)
    {
        if (now - _sequencerHeardAt > _options.SequencerPatience && call.Retry > _options.RetryMin)
            TryNextSequencer();
        var lowest = LowestOutstanding;
        var request = call.Request.LowestOutstanding == lowest ? call.Request : call.Request with { LowestOutstanding = lowest };
        _outbox.Send(NodeId.Sequencer(_sequencer), Epoch.None, new Req(request));
        call.RetryAt = now + call.Retry + _random.Between(TimeSpan.Zero, call.Retry / 4);
        call.Retry = new TimeSpan(Math.Min(call.Retry.Ticks * 2, _options.RetryMax.Ticks));
    }

    /// <summary>Tries the sequencers in turn, because none is known to be active.</summary>
    private void TryNextSequencer()
    {
        for (var i = 0; i < _group.Sequencers.Count; i++)
        {
            if (_group.Sequencers[i] == _sequencer)
            {
                _sequencer = _group.Sequencers[(i + 1) % _group.Sequencers.Count];
                return;
            }
        }
    }

    private void Schedule(PendingCall call)
    {
        var due = call.NextDeadline;
        if (due.Ticks >= call.TimerAt.Ticks)
            return;
        call.TimerAt = due;
        _timers.Enqueue(call, (due.Ticks, ++_timerOrder));
    }

    private void Finish(PendingCall call, CallResult result)
    {
        call.IsAnswered = true;
        call.Result = result;
        _unanswered--;
        if (!call.Request.Key.IsClientMade)
            _outstanding.Remove(call.Request.Key.Low);
        foreach (var waiting in call.Waiting)
            Complete(waiting, result);
        call.Waiting.Clear();
    }

    /// <summary>Ends a call that will not get an answer.</summary>
    private void Fail(PendingCall call, CallFailure reason, Instant now)
    {
        Finish(call, new Failed(reason));
        if (reason is CallFailure.NoQuorum or CallFailure.ReplicaDivergence)
            RaiseAlarm(call, reason, isAnswered: false);
        Close(call, now);
    }

    private void Complete(long call, CallResult result)
    {
        if (result is Answered)
            Statistics.Answered++;
        else
            Statistics.Faults++;
        _sink.OnCompleted(call, result);
    }

    private void RemoveByKey(PendingCall call)
    {
        if (!_byKey.TryGetValue(call.Request.Key, out var sameKey))
            return;
        sameKey.Remove(call);
        if (sameKey.Count == 0)
            _byKey.Remove(call.Request.Key);
    }

    private void AskForView(Instant now)
    {
        _viewRetryAt = now + _options.ViewRetry;
        if (HearsSequencer(now))
            return;
        foreach (var sequencer in _group.Sequencers)
            _outbox.Send(NodeId.Sequencer(sequencer), Epoch.None, new GetView(_epoch));
    }
}
