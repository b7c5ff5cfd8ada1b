using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Replica.State.Snapshots;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Engines.Model;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>
/// Runs the production cores of a whole cluster in one thread, over a virtual network, virtual disks and a virtual clock.
/// Everything that happens follows from the seed. A run has two phases. In the faulty phase only safety is required. In the
/// healed phase every call must end, and all members must agree.
/// </summary>
internal sealed partial class Simulation
{
    private const long TicksPerMillisecond = TimeSpan.TicksPerMillisecond;
    private const long WallStart = 1_700_000_000_000;
    private const int AtOnceMax = 100_000;

    private readonly SimulationKnobs _knobs;
    private readonly SeededRandom _random;
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Dictionary<NodeId, SimulatedNode> _nodes = [];
    private readonly List<SimulatedNode> _replicas = [];
    private readonly HashSet<(NodeId From, NodeId To)> _cuts = [];
    private readonly HashSet<NodeId> _mute = [];
    private readonly HashSet<NodeId> _forgetful = [];
    private readonly OrderChecker _checker = new();
    private readonly DurabilityChecker _durability = new();
    private readonly ReplyChecker _replies;
    private readonly GroupOptions _group;
    private readonly TextWriter? _trace;
    private long _now;
    private long _order;
    private bool _healed;
    private bool _isDivided;
    private int _atOnce;

    public Simulation(ulong seed, SimulationKnobs knobs, TextWriter? trace = null)
    {
        Seed = seed;
        _knobs = knobs;
        _trace = trace;
        _random = new SeededRandom(seed);
        _managersRandom = new SeededRandom(seed ^ 0x3A11);
        _group = new GroupOptions
        {
            Group = GroupId.Replicas,
            Members = [.. Enumerable.Range(1, knobs.Replicas).Select(id => (byte)id)],
            Sequencers = PreferenceOf(knobs.Leader),
            FrontEnds = [.. Enumerable.Range(1, knobs.FrontEnds).Select(id => (byte)id)],
            StampInterval = knobs.StampInterval,
        };
        if (!knobs.Stamps)
            _group = _group with { ConfirmationsNeeded = 0 };
        if (knobs.SmallBuffers is { } small)
        {
            _group = _group with
            {
                HistoryEntriesMax = small + 1,
                WindowEntriesMax = small + 2,
                FetchEntriesMax = small,
                RetransmitEntriesMax = small,
            };
        }

        const int checkpoint = 8;
        CoreOptions = new ReplicaCoreOptions
        {
            CheckpointEntries = checkpoint,
            ClientSessionsMax = knobs.SessionWindowIsSmall ? 2 : 1_000_000,
            RepliesKept = knobs.ReplyBytesMax is not null ? checkpoint
                : knobs.SmallBuffers is { } replies ? Math.Max(replies * 4, checkpoint)
                : 10_000,
            ReplyBytesMax = knobs.ReplyBytesMax ?? ReplyMessage.ResultBytesMax,
            Snapshots = new SnapshotScheduleOptions { LogEntriesKept = 0, TrimEntriesMin = 1 },
        };
        CoordinatorOptions = new CoordinatorOptions { Strict = knobs.Strict, CallsMax = knobs.CallsMax };
        _damageRandom = knobs.DamagedDatagrams ? new SeededRandom(seed ^ 0xDA3A) : null;
        _replies = new ReplyChecker(_checker.Order);
        _agreement = new AgreementChecker(ManagerOptions.RestartHold, ManagerOptions.Versions, OnDecided);
        foreach (var id in _group.Sequencers.Order())
            AddNode(NodeId.Sequencer(id));
        for (byte id = 1; id <= knobs.Replicas; id++)
        {
            var replica = AddNode(NodeId.Replica(id));
            replica.Log = new SimulatedLog(new Incarnation(_random.Next() | 1));
            _replicas.Add(replica);
        }

        foreach (var id in _group.FrontEnds)
            AddNode(NodeId.FrontEnd(id));
        AddManagers();
    }

    public ulong Seed { get; }

    private ReplicaCoreOptions CoreOptions { get; }

    private CoordinatorOptions CoordinatorOptions { get; }

    public IReadOnlyList<RecordedCall> Calls => _calls;

    public IReadOnlyList<Entry> Order => _checker.Order;

    public long Events { get; private set; }

    /// <summary>Runs both phases. Throws a <see cref="BrokenException"/> at the first broken invariant.</summary>
    public void Run()
    {
        try
        {
            RunBothPhases();
        }
        finally
        {
            foreach (var replica in _replicas)
                replica.UseEngine(null);
        }
    }

    private void RunBothPhases()
    {
        foreach (var node in _nodes.Values)
            StartUp(node);
        StartManagers();
        ScheduleFaults();
        ScheduleMembership();
        ScheduleRollbacks();
        SchedulePoison();
        ScheduleGlitch();
        StartClients();
        var healAt = (_knobs.FaultyPhase + _knobs.Afterwards).Ticks;
        At(healAt, Heal);
        RunUntil(() => _now >= healAt, healAt + 1);
        var limit = healAt + TimeSpan.FromSeconds(10).Ticks;
        RunUntil(IsDone, limit);
        Broken.Unless(IsDone(), $"10 s after everything was healed: {DescribeStuck()}");
        var model = new ReferenceModel();
        CallHistory.Check(_calls, _checker.Order, _checker.Skipped, model);
        CheckStates(model);
    }

    private void RunUntil(Func<bool> done, long limit)
    {
        while (_events.TryPeek(out _, out var next) && next.At <= limit && !done())
        {
            var happening = _events.Dequeue();
            _atOnce = next.At > _now ? 0 : _atOnce + 1;
            Broken.Unless(_atOnce < AtOnceMax, $"timers elapse without end at {_now}");
            _now = Math.Max(_now, next.At);
            Events++;
            try
            {
                happening();
            }
            catch (PoisonedException death)
            {
                Die(death.Node);
            }
        }

        _now = Math.Max(_now, Math.Min(limit, _now));
    }

    private SimulatedNode AddNode(NodeId id)
    {
        var node = new SimulatedNode(id, GroupId.Replicas, _random);
        _nodes.Add(id, node);
        if (id.Role != NodeRole.Replica)
            AddTwin(node);
        return node;
    }

    private void At(long at, Action happening) => _events.Enqueue(happening, (at, ++_order));

    private Instant InstantOf(SimulatedNode node) => new(_now, WallStart + _now / TicksPerMillisecond + node.WallOffset);

    private void StartUp(SimulatedNode node)
    {
        if (node.CannotStart)
        {
            FailToStart(node);
            return;
        }

        StartTwin(node);
        node.Boot = new BootId(node.Random.Next() | 1);
        node.Outbox = new Outbox();
        node.BootCount++;
        node.WakeAt = long.MaxValue;
        node.PausedUntil = 0;
        var now = InstantOf(node);
        switch (node.Id.Role)
        {
            case NodeRole.Sequencer:
                _random.Next(); // A sequencer had a seed once. Without this draw, every seed of a simulation would mean another run.
                var sequencer = new SequencerProtocol(_group, node.Id.Number, node.Boot, node.Outbox);
                node.Protocol = sequencer;
                sequencer.Start(now);
                break;
            case NodeRole.FrontEnd:
                var coordinator = new RequestCoordinator(
                    _group, CoordinatorOptions, node.Id.Number, node.Boot, node.Outbox, new Sink(this, node), _random.Next());
                node.Protocol = coordinator;
                coordinator.Start(now);
                break;
            case NodeRole.Manager:
                var requester = new LeaveRequester(_group, node.Outbox);
                node.Protocol = requester;
                break;
            default:
                var replica = new ReplicaProtocol(
                    _group, node.Id.Number, node.Log!, node.Outbox, node.UseEngine(EngineOf(node))!, 0, CoreOptions, _random.Next(),
                    core => new CheckedConsumer(this, node, core), restored: node.Snapshot, mark: node.Mark);
                node.Protocol = replica;
                node.Fetching = null;
                if (node.Snapshot is { } snapshot)
                    _checker.Restore(node, snapshot.Seq);
                if (!TryStart(node, replica, now))
                    return;
                break;
        }

        Trace($"{node.Id} starts, boot {node.Boot}");
        Settle(node);
    }

    private void Stop(SimulatedNode node)
    {
        if (!node.IsUp)
            return;
        Trace($"{node.Id} crashes");
        node.Protocol = null;
        node.BootCount++;
        node.Log?.Crash(node.Random);
        if (node.Id.Role == NodeRole.FrontEnd)
            OnFrontEndCrashed(node);
        if (node.Twin is { } twin)
            Stop(twin);
        if (node.Id.Role == NodeRole.Replica)
            OnReplicaExited(node);
    }

    /// <summary>Follows every input: ends the batch, schedules the flush, sends, and sets the timer.</summary>
    private void Settle(SimulatedNode node)
    {
        var now = InstantOf(node);
        node.Protocol!.OnBatchEnd(now);
        Check(node);
        var flush = node.Outbox.TakeFlush();
        if (flush > 0)
        {
            var boot = node.BootCount;
            var longest = TimeSpan.FromMilliseconds(node.Random.Chance(20) ? 50 : 2);
            At(_now + node.Random.Between(TimeSpan.FromMilliseconds(0.1), longest).Ticks, () => Flush(node, boot, flush));
        }

        foreach (var outgoing in node.Outbox.Messages)
            Send(node, outgoing);
        node.Outbox.ClearMessages();
        if (node.Id.Role == NodeRole.Replica)
            ServeMembership(node);
        else if (node.Protocol is ManagerProtocol)
            ServeManager(node);
        var wake = node.Protocol.NextDeadline.Ticks;
        if (wake >= node.WakeAt)
            return;
        node.WakeAt = wake;
        var wakeBoot = node.BootCount;
        At(Math.Max(wake, _now), () => Wake(node, wakeBoot, wake));
    }

    private void Check(SimulatedNode node)
    {
        CheckerOf(node).OnStep(node);
        BufferChecker.OnStep(node, GroupOf(node), CoreOptions, CoordinatorOptions);
        if (node.Log is null)
            return;
        var durability = node.Group == GroupId.Managers ? _managersDurability : _durability;
        durability.OnStep(node, node.Group == GroupId.Managers ? _managerTwins : _replicas);
        foreach (var outgoing in node.Outbox.Messages)
            durability.OnSend(node, outgoing.Message);
    }

    private void Flush(SimulatedNode node, int boot, long write)
    {
        if (node.BootCount != boot)
            return;
        if (node.PausedUntil > _now)
        {
            At(node.PausedUntil, () => Flush(node, boot, write));
            return;
        }

        node.Log!.Sync(write);
        node.Protocol!.OnFlushed(write, InstantOf(node));
        Settle(node);
    }

    private void Wake(SimulatedNode node, int boot, long at)
    {
        if (node.BootCount != boot || node.WakeAt != at)
            return;
        if (node.PausedUntil > _now)
        {
            At(node.PausedUntil, () => Wake(node, boot, at));
            return;
        }

        node.WakeAt = long.MaxValue;
        node.Protocol!.OnTimer(InstantOf(node));
        Settle(node);
    }

    private void Trace(FormattableString line) =>
        _trace?.WriteLine(string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{_now / (double)TicksPerMillisecond,10:F3} {line}"));

    /// <summary>Executes entries, and tells the checkers of each.</summary>
    private sealed class CheckedConsumer(Simulation simulation, SimulatedNode node, ReplicaCore core) : IEntryConsumer
    {
        public void OnDelivered(Entry entry, Instant now)
        {
            if (simulation.IsPoison(node, entry))
                throw new PoisonedException(node);
            simulation._checker.OnDelivered(node, entry, simulation._replicas);
            core.OnDelivered(entry, now);
        }

        public void OnSkipped(Entry entry, Instant now)
        {
            simulation._checker.OnSkipped(node, entry, simulation._replicas);
            core.OnSkipped(entry, now);
        }
    }
}
