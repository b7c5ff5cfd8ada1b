using Dams.Contracts.Reports;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Coordination;

/// <summary>A coordinator with hand-made sequencers and replicas around it. The clock stands still unless the test moves it.</summary>
internal sealed class CoordinatorScript : ICallSink
{
    private static readonly BootId s_boot = new(77);

    private readonly Outbox _outbox = new();
    private readonly RequestCoordinator _coordinator;
    private long _ticks = TimeSpan.TicksPerSecond;
    private long _lastVote = 1000;

    public CoordinatorScript(CoordinatorOptions? options = null, View? view = null)
    {
        Options = options ?? new CoordinatorOptions();
        var group = new GroupOptions { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1, 2], FrontEnds = [1] };
        _coordinator = new RequestCoordinator(group, Options, 1, s_boot, _outbox, this, seed: 1);
        _coordinator.Start(Now);
        _outbox.ClearMessages();
        View = view ?? ViewOf(1, 2, 3, 4);
    }

    public CoordinatorOptions Options { get; }

    public View View { get; set; }

    public Instant Now => new(_ticks, 0);

    public RequestCoordinator Coordinator => _coordinator;

    /// <summary>How each call ended, by its handle.</summary>
    public Dictionary<long, CallResult> Results { get; } = [];

    public List<Judgement> Judgements { get; } = [];

    public List<VoteAlarm> Alarms { get; } = [];

    public List<Report> Reports { get; } = [];

    /// <summary>The calls that the coordinator has forgotten, with their votes, and the view that judges their replies.</summary>
    public List<(PendingCall Call, View View)> Closed { get; } = [];

    public List<BodyWanted> Wanted { get; } = [];

    /// <summary>The messages that were sent to sequencers, with their times.</summary>
    public List<(Instant At, NodeId To, Message Message)> Sent { get; } = [];

    public IEnumerable<(Instant At, NodeId To, Req Req)> Requests =>
        Sent.Where(sent => sent.Message is Req).Select(sent => (sent.At, sent.To, (Req)sent.Message));

    public static View ViewOf(params byte[] voters) =>
        new(SequenceNumber.Zero, voters.Select(id => new ViewMember(id, new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero)));

    /// <summary>A sequencer shows that it is active, by default the first one. A higher counter is another epoch.</summary>
    public void Sync(ulong counter = 1, byte sequencer = 1, long committed = 100) => Receive(
        NodeId.Sequencer(sequencer), Epoch.Of(counter, sequencer),
        new Sync(new SequenceNumber(committed), new SequenceNumber(committed), SequenceNumber.Zero, new SequenceNumber(1), false, View));

    /// <summary>Makes a call.</summary>
    /// <returns>The request that was sent; null if the call sent none.</returns>
    public Request Call(long call, RequestKey? key = null, byte payload = 1, byte opcode = 1)
    {
        var before = Sent.Count;
        _coordinator.OnCall(call, key, opcode, new[] { payload }, Now);
        Collect();
        return Sent.Skip(before).Select(sent => sent.Message).OfType<Req>().FirstOrDefault()?.Request!;
    }

    public void Ack(Request request, ReqAckStatus status, long argument = 1) =>
        Receive(NodeId.Sequencer(1), Epoch.Of(1, 1), new ReqAck(request.Key, status, argument));

    public void Reply(
        byte replica, Request request, byte result = 1, long seq = 10, long? at = null, ulong? incarnation = null, bool hasBody = true)
    {
        byte[] bytes = [result];
        Receive(NodeId.Replica(replica), Epoch.Of(1, 1), new ReplyMessage(
            request.Key, new SequenceNumber(seq), new Incarnation(incarnation ?? replica), new SequenceNumber(at ?? seq), replica,
            request.Digest, Digest.Of(bytes), hasBody ? bytes : default, hasBody));
    }

    public void Receive(NodeId from, Epoch epoch, Message message)
    {
        _coordinator.OnMessage(new Envelope(from, new BootId(1), epoch), message, Now);
        Collect();
    }

    /// <summary>
    /// Makes a call that gets a number, and the results of the first, second, … replica. A result of 0 is no reply. No time passes.
    /// </summary>
    public Request Vote(long seq, params byte[] results)
    {
        var request = Call(++_lastVote);
        for (byte i = 0; i < results.Length; i++)
        {
            if (results[i] != 0)
            {
                var replica = (byte)(i + 1);
                ulong? incarnation = View.TryGet(replica, out var member) ? member.Incarnation.Value : null;
                Reply(replica, request, results[i], seq, incarnation: incarnation);
            }
        }

        return request;
    }

    /// <summary>Time passes while the sequencer shows that it lives.</summary>
    public void WaitSteadily(TimeSpan duration)
    {
        for (var end = Now + duration; Now < end;)
        {
            Wait(TimeSpan.FromMilliseconds(50));
            Sync();
        }
    }

    /// <summary>Time passes while the front end stands still: its timers are late afterwards.</summary>
    public void Stand(TimeSpan duration) => _ticks += duration.Ticks;

    public void Wait(TimeSpan duration)
    {
        var until = _ticks + duration.Ticks;
        while (_coordinator.NextDeadline.Ticks <= until)
        {
            _ticks = Math.Max(_ticks, _coordinator.NextDeadline.Ticks);
            _coordinator.OnTimer(Now);
            Collect();
        }

        _ticks = until;
    }

    public void OnCompleted(long call, CallResult result) => Results.Add(call, result);

    public void OnBodyWanted(BodyWanted wanted) => Wanted.Add(wanted);

    public void OnJudged(Judgement judgement) => Judgements.Add(judgement);

    public void OnAlarm(VoteAlarm alarm) => Alarms.Add(alarm);

    public void OnReport(Report report, Instant now) => Reports.Add(report);

    /// <summary>
    /// Runs a scenario twice. It must hold with all rules, and fail without the rule that the mutant takes out: so it tests that rule.
    /// </summary>
    public static void OnlyWithoutMutant(CoordinationMutant mutant, Action<CoordinatorOptions> scenario)
    {
        scenario(new CoordinatorOptions());
        Assert.That(() => scenario(new CoordinatorOptions { Mutant = mutant }), Throws.InstanceOf<AssertionException>());
    }

    public void OnClosed(PendingCall call, View view) => Closed.Add((call, view));

    private void Collect()
    {
        _coordinator.OnBatchEnd(Now);
        Sent.AddRange(_outbox.Messages.Select(outgoing => (Now, outgoing.To, outgoing.Message)));
        _outbox.ClearMessages();
    }
}
