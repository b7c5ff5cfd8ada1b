using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Simulated;

namespace Dams.Tests.Agreement;

/// <summary>
/// One manager with hand-made replicas and a hand-made order of the managers' group around it. The clock stands still unless the test moves
/// it. The manager's reports are collected, and ordered only if the test does so.
/// </summary>
internal sealed class ManagerScript : IReplicaAccess
{
    private const int StepsMax = 100_000;

    private static readonly Epoch s_epoch = Epoch.Of(1, 1);
    private static readonly Envelope s_sequencer = new(NodeId.Sequencer(1), new BootId(1), s_epoch);

    private readonly byte _id;
    private readonly Outbox _outbox = new();
    private readonly Outbox _leaves = new();
    private readonly LeaveRequester _replicas;
    private readonly ManagerProtocol _manager;
    private readonly SimulatedLog _log;
    private readonly Queue<Action> _questions = [];
    private readonly HashSet<RequestKey> _taken = [];
    private Queue<Action>? _held;
    private Sync? _shown;
    private long _ticks = TimeSpan.TicksPerSecond;
    private long _number;
    private Chain _chain = Chain.Genesis;

    /// <summary>A manager to which all four replicas answer, healthy and equal. It knows no view until the test shows one.</summary>
    public ManagerScript(byte id = 1, ManagerOptions? options = null)
    {
        _id = id;
        Options = options ?? AgreementScript.Rules;
        _log = new SimulatedLog(new Incarnation(id));
        _replicas = new LeaveRequester(GroupOf(GroupId.Replicas), _leaves);
        _manager = new ManagerProtocol(GroupOf(GroupId.Managers), Options, id, new BootId(77), _log, _outbox, _replicas, this);
        foreach (var seat in Options.Seats)
            Sightings[seat] = new ReplicaSighting(AgreementScript.IncarnationOf(seat), false, 50);
        _manager.Start(Now);
        Settle();
    }

    public ManagerOptions Options { get; }

    public Instant Now => new(_ticks, _ticks / TimeSpan.TicksPerMillisecond);

    public AgreedState State => _manager.State;

    /// <summary>Whether the replicas' sequencer is heard while time passes.</summary>
    public bool IsLeaderHeard { get; set; } = true;

    /// <summary>The last number that the replicas' sequencer says is committed.</summary>
    public long Commit { get; set; } = 1_000;

    /// <summary>The manager's reports, each once.</summary>
    public List<Report> Reports { get; } = [];

    /// <summary>The LEAVEs that the manager has asked the replicas' sequencers for.</summary>
    public List<LeaveReq> Leaves { get; } = [];

    public List<Decision> Replaced { get; } = [];

    public List<ulong> SetAside { get; } = [];

    public List<ulong> SetAsideAsReplaced { get; } = [];

    /// <summary>The status that each replica reports; a replica that is missing here is silent.</summary>
    public Dictionary<byte, ReplicaSighting> Sightings { get; } = [];

    public Dictionary<(byte Replica, long Sequence), StoredAnswer> Answers { get; } = [];

    public Dictionary<(byte Replica, long Checkpoint), Digest> Digests { get; } = [];

    public static ViewMember Member(byte seat, int life = 1, bool votes = true) =>
        new(seat, new Incarnation(AgreementScript.IncarnationOf(seat, life)), votes ? SequenceNumber.Zero : null, SequenceNumber.Zero);

    /// <summary>The entry that orders a report just after another entry.</summary>
    public static Entry EntryOf(long number, Chain before, Report report)
    {
        var (opcode, payload) = (ReportCodec.OpcodeOf(report), ReportCodec.Encode(report));
        return new Entry(new SequenceNumber(number), s_epoch, 1_700_000_000_000, EntryKind.Operation, before,
            new Request(
                new RequestKey(1, 1, (ulong)number), 1, new BootId(1), (ulong)number, opcode, Request.DigestOf(opcode, payload), payload));
    }

    /// <summary>Orders a report in the managers' group, in a batch of its own or in one batch with the timers that are due.</summary>
    public long Order(Report report, bool isWithTimer = false)
    {
        var entry = EntryOf(++_number, _chain, report);
        _chain = entry.Chain;
        _manager.OnDelivered(entry, Now);
        if (isWithTimer)
            _manager.OnTimer(Now);
        Settle();
        return _number;
    }

    /// <summary>Holds back all digests that are asked for from now on, until <see cref="GiveDigests"/>.</summary>
    public void HoldDigests() => _held = [];

    public void GiveDigests()
    {
        var given = _held!;
        _held = null;
        while (given.TryDequeue(out var answer))
            _questions.Enqueue(answer);
        Settle();
    }

    public long Suspect(byte replica) =>
        Order(new SuspicionReport(replica, AgreementScript.IncarnationOf(replica), SuspicionCause.Silent, 50));

    /// <summary>The managers agree to replace a seat's first incarnation, which was last seen in view 5.</summary>
    public long Decide(byte replica) => Order(new LossReport(replica, AgreementScript.IncarnationOf(replica), LossCause.Halted, 5));

    /// <summary>
    /// The replicas' sequencer shows a committed view. It goes on showing it while time passes, unless <see cref="IsLeaderHeard"/> is
    /// false.
    /// </summary>
    public void Show(long number, params ViewMember[] members)
    {
        _shown = SyncOf(new SequenceNumber(number), members);
        _replicas.OnMessage(s_sequencer, _shown, Now);
        Settle();
    }

    public void ShowAll(long number = 5) => Show(number, Member(1), Member(2), Member(3), Member(4));

    /// <summary>The manager of a replica says that a foreign process keeps the replica from running.</summary>
    public void Block(byte replica) => _manager.OnBlocked(replica);

    public void OnReplicaExited()
    {
        _manager.OnReplicaExited(Now);
        Settle();
    }

    public void OnReplicaRestarts()
    {
        _manager.OnReplicaRestarts(Now);
        Settle();
    }

    /// <summary>Time passes while the manager stands still: its timers are late afterwards.</summary>
    public void Stand(TimeSpan duration) => _ticks += duration.Ticks;

    public void Wait(TimeSpan duration)
    {
        var until = _ticks + duration.Ticks;
        for (var steps = 0; Instant.Earlier(_manager.NextDeadline, _replicas.NextDeadline).Ticks <= until; steps++)
        {
            Assert.That(steps, Is.LessThan(StepsMax), "the deadline never moves on");
            _ticks = Math.Max(_ticks, Instant.Earlier(_manager.NextDeadline, _replicas.NextDeadline).Ticks);
            if (IsLeaderHeard && _shown is { } shown)
                _replicas.OnMessage(s_sequencer, SyncOf(shown.View.Number, shown.View.Members), Now);
            _replicas.OnTimer(Now);
            _manager.OnTimer(Now);
            Settle();
        }

        _ticks = until;
    }

    public void AskStatus(byte replica) =>
        _questions.Enqueue(() => _manager.OnStatus(replica, Sightings.GetValueOrDefault(replica), Now));

    public void AskReply(byte replica, long sequence) =>
        _questions.Enqueue(() =>
            _manager.OnReply(replica, sequence, Answers.TryGetValue((replica, sequence), out var answer) ? answer : null));

    public void AskDigest(byte replica, long checkpoint) =>
        (_held ?? _questions).Enqueue(() =>
            _manager.OnDigest(replica, checkpoint, Digests.TryGetValue((replica, checkpoint), out var digest) ? digest : null));

    public void Replace(Decision decision, int versionTurns) => Replaced.Add(decision);

    public void SetAsideUnless(ulong present) => SetAside.Add(present);

    public void SetAsideReplaced(ulong replaced) => SetAsideAsReplaced.Add(replaced);

    public void AskSnapshot(long sequence) => _questions.Enqueue(() => _manager.OnSnapshot(sequence, [], Now));

    public void SaveSnapshot(AgreedSnapshot snapshot) => _questions.Enqueue(() => _manager.OnSnapshotSaved(snapshot, Now));

    private Sync SyncOf(SequenceNumber view, IReadOnlyList<ViewMember> members)
    {
        var commit = SequenceNumber.Max(view, new SequenceNumber(Commit));
        return new Sync(commit, commit, SequenceNumber.Zero, new SequenceNumber(1), false, new View(view, members));
    }

    private static GroupOptions GroupOf(GroupId group) =>
        new() { Group = group, Members = [1, 2, 3, 4], Sequencers = [1], FrontEnds = [1], ConfirmationsNeeded = 0 };

    private void Settle()
    {
        do
        {
            while (_questions.TryDequeue(out var answer))
                answer();
            _manager.OnBatchEnd(Now);
            Flush();
            Collect();
        }
        while (_questions.Count > 0);
    }

    private void Flush()
    {
        if (_outbox.TakeFlush() is not (> 0 and var write))
            return;
        _log.Sync(write);
        _manager.OnFlushed(write, Now);
    }

    private void Collect()
    {
        Leaves.AddRange(_leaves.Messages.Select(outgoing => outgoing.Message).OfType<LeaveReq>());
        _leaves.ClearMessages();
        var requests = _outbox.Messages.Select(outgoing => outgoing.Message).OfType<Req>()
            .Select(req => req.Request).Where(request => _taken.Add(request.Key)).ToList();
        _outbox.ClearMessages();
        foreach (var request in requests)
        {
            Assert.That(ReportCodec.TryDecode(request.Payload.Span, out var report));
            Reports.Add(report!);
            // The request counts as committed, so that the manager may report the same again. Whether and when it is delivered is up to the
            // test.
            var seq = new SequenceNumber(1_000_000 + _taken.Count);
            _manager.OnMessage(s_sequencer, new ReqAck(request.Key, ReqAckStatus.Ordered, seq.Value), Now);
            _manager.OnMessage(s_sequencer, new Sync(seq, seq, SequenceNumber.Zero, new SequenceNumber(1), false,
                new View(SequenceNumber.Zero, [new ViewMember(_id, new Incarnation(_id), SequenceNumber.Zero, SequenceNumber.Zero)])), Now);
        }
    }
}
