using Dams.Contracts.Management;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Simulation;
using NUnit.Framework;

namespace Dams.Tests.Agreement;

/// <summary>
/// One manager with hand-made replicas and a hand-made order of the managers' group around it, and a clock that stands still unless it is moved. What it reports is
/// taken, and ordered only if the test does it.
/// </summary>
internal sealed class ManagerScript : IReplicaWatch
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

    /// <summary>A manager that sees all four replicas in view 5, well and equal.</summary>
    public ManagerScript(byte id = 1, ManagementOptions? options = null)
    {
        _id = id;
        Options = options ?? AgreementScript.Rules;
        _log = new SimulatedLog(new Incarnation(id));
        _replicas = new LeaveRequester(GroupOf(GroupId.Replicas), _leaves);
        _manager = new ManagerProtocol(GroupOf(GroupId.Managers), Options, id, new BootId(77), _log, _outbox, _replicas, this);
        foreach (var slot in Options.Slots)
            Sightings[slot] = new ReplicaSighting(AgreementScript.IncarnationOf(slot), false, 50);
        _manager.Start(Now);
        Settle();
    }

    public ManagementOptions Options { get; }

    public Instant Now => new(_ticks, _ticks / TimeSpan.TicksPerMillisecond);

    public ManagementState State => _manager.State;

    /// <summary>Whether the replicas' sequencer is heard while time passes.</summary>
    public bool IsReignHeard { get; set; } = true;

    /// <summary>What the replicas' sequencer says is committed.</summary>
    public long Commit { get; set; } = 1_000;

    /// <summary>What it has reported, once each.</summary>
    public List<Report> Reports { get; } = [];

    /// <summary>What it has asked the replicas' sequencers for.</summary>
    public List<LeaveReq> Leaves { get; } = [];

    public List<Decision> Replaced { get; } = [];

    public List<ulong> SetAside { get; } = [];

    /// <summary>What replicas say of themselves; one that is not here is silent.</summary>
    public Dictionary<byte, ReplicaSighting> Sightings { get; } = [];

    public Dictionary<(byte Replica, long Sequence), StoredAnswer> Answers { get; } = [];

    public Dictionary<(byte Replica, long Checkpoint), Digest> Digests { get; } = [];

    public static ViewMember Member(byte slot, int life = 1, bool votes = true) =>
        new(slot, new Incarnation(AgreementScript.IncarnationOf(slot, life)), votes ? SequenceNumber.Zero : null, SequenceNumber.Zero);

    /// <summary>A report as it is ordered behind another entry.</summary>
    public static Entry EntryOf(long number, Chain before, Report report)
    {
        var (opcode, payload) = (ReportCodec.OpcodeOf(report), ReportCodec.Encode(report));
        return new Entry(new SequenceNumber(number), s_epoch, 1_700_000_000_000, EntryKind.Operation, before,
            new Request(new RequestKey(1, 1, (ulong)number), 1, new BootId(1), (ulong)number, opcode, Request.DigestOf(opcode, payload), payload));
    }

    /// <summary>The managers' order goes on with this, in a batch of its own or in one with what is due.</summary>
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

    /// <summary>Digests that are asked for from now on come only when they are given.</summary>
    public void HoldDigests() => _held = [];

    public void GiveDigests()
    {
        var given = _held!;
        _held = null;
        while (given.TryDequeue(out var answer))
            _questions.Enqueue(answer);
        Settle();
    }

    public long Suspect(byte replica) => Order(new SuspicionReport(replica, AgreementScript.IncarnationOf(replica), SuspicionCause.Silent, 50));

    /// <summary>The managers agree to replace a slot's first incarnation, which was last seen in view 5.</summary>
    public long Decide(byte replica) => Order(new LossReport(replica, AgreementScript.IncarnationOf(replica), LossCause.Halted, 5));

    /// <summary>The replicas' sequencer shows a committed view, and goes on doing so while time passes, unless nobody reigns.</summary>
    public void Show(long number, params ViewMember[] members)
    {
        _shown = SyncOf(new SequenceNumber(number), members);
        _replicas.OnMessage(s_sequencer, _shown, Now);
        Settle();
    }

    public void ShowAll(long number = 5) => Show(number, Member(1), Member(2), Member(3), Member(4));

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

    /// <summary>Time passes, and nothing is done: what is due is late.</summary>
    public void Stand(TimeSpan duration) => _ticks += duration.Ticks;

    public void Wait(TimeSpan duration)
    {
        var until = _ticks + duration.Ticks;
        for (var steps = 0; Instant.Earlier(_manager.NextDeadline, _replicas.NextDeadline).Ticks <= until; steps++)
        {
            Assert.That(steps, Is.LessThan(StepsMax), "its deadline is always now");
            _ticks = Math.Max(_ticks, Instant.Earlier(_manager.NextDeadline, _replicas.NextDeadline).Ticks);
            if (IsReignHeard && _shown is { } shown)
                _replicas.OnMessage(s_sequencer, SyncOf(shown.View.Number, shown.View.Members), Now);
            _replicas.OnTimer(Now);
            _manager.OnTimer(Now);
            Settle();
        }

        _ticks = until;
    }

    public void AskStatus(byte replica) => _questions.Enqueue(() => _manager.OnStatus(replica, Sightings.GetValueOrDefault(replica), Now));

    public void AskReply(byte replica, long sequence) =>
        _questions.Enqueue(() => _manager.OnReply(replica, sequence, Answers.TryGetValue((replica, sequence), out var answer) ? answer : null, Now));

    public void AskDigest(byte replica, long checkpoint) =>
        (_held ?? _questions).Enqueue(() => _manager.OnDigest(replica, checkpoint, Digests.TryGetValue((replica, checkpoint), out var digest) ? digest : null, Now));

    public void Replace(Decision decision) => Replaced.Add(decision);

    public void SetAsideUnless(ulong present) => SetAside.Add(present);

    public void AskSnapshot(long sequence) => _questions.Enqueue(() => _manager.OnSnapshot(sequence, null, Now));

    public void SaveSnapshot(ManagementSnapshot snapshot) => _questions.Enqueue(() => _manager.OnSnapshotSaved(snapshot, Now));

    private Sync SyncOf(SequenceNumber view, IReadOnlyList<ViewMember> members)
    {
        var commit = SequenceNumber.Max(view, new SequenceNumber(Commit));
        return new Sync(commit, commit, SequenceNumber.Zero, new SequenceNumber(1), false, new View(view, members));
    }

    private static GroupOptions GroupOf(GroupId group) => new() { Group = group, Members = [1, 2, 3, 4], Sequencers = [1], FrontEnds = [1], ConfirmationsNeeded = 0 };

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
        var requests = _outbox.Messages.Select(outgoing => outgoing.Message).OfType<Req>().Select(req => req.Request).Where(request => _taken.Add(request.Key)).ToList();
        _outbox.ClearMessages();
        foreach (var request in requests)
        {
            Assert.That(ReportCodec.TryDecode(request.Payload.Span, out var report));
            Reports.Add(report!);
            // It is committed, so that the same may be reported again; when it is delivered, if ever, is the test's affair.
            var seq = new SequenceNumber(1_000_000 + _taken.Count);
            _manager.OnMessage(s_sequencer, new ReqAck(request.Key, ReqAckStatus.Ordered, seq.Value), Now);
            _manager.OnMessage(s_sequencer, new Sync(seq, seq, SequenceNumber.Zero, new SequenceNumber(1), false,
                new View(SequenceNumber.Zero, [new ViewMember(_id, new Incarnation(_id), SequenceNumber.Zero, SequenceNumber.Zero)])), Now);
        }
    }
}
