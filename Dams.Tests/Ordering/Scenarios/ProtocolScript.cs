using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Tests.Simulated;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>
/// Drives the production cores of a group step by step. The network delivers at once and in order, unless a rule says
/// otherwise. The disk flushes at once, unless it is told to wait. Time passes only in <see cref="Wait"/>. Nothing is random.
/// The invariants of the order are checked after every step.
/// </summary>
internal sealed partial class ProtocolScript
{
    private const int TimersMax = 100_000;
    private const long WallStart = 1_700_000_000_000;

    private static readonly HashSet<string> s_quiet =
        [nameof(Sync), nameof(State), nameof(GetView), nameof(ViewSummary), nameof(SeqSuspect)];

    private readonly Dictionary<NodeId, SimulatedNode> _nodes = [];
    private readonly List<SimulatedNode> _replicas = [];
    private readonly Queue<Flight> _flights = [];
    private readonly List<Flight> _held = [];
    private readonly List<DeliveryRule> _rules = [];
    private readonly HashSet<string> _shown = [];
    private readonly HashSet<NodeId> _unflushed = [];
    private readonly List<string> _effects = [];
    private readonly OrderChecker _checker = new();
    private long _now = TimeSpan.TicksPerSecond;
    private ulong _boots;

    public ProtocolScript(byte members = 4, byte sequencers = 2, Func<GroupOptions, GroupOptions>? change = null)
    {
        var options = new GroupOptions
        {
            Group = GroupId.Replicas,
            Members = [.. Enumerable.Range(1, members).Select(id => (byte)id)],
            Sequencers = [.. Enumerable.Range(1, sequencers).Select(id => (byte)id)],
            FrontEnds = [1],
            // Members stamp their folders only in scripts about stamps.
            ConfirmationsNeeded = 0,
        };
        Options = change?.Invoke(options) ?? options;
        foreach (var id in Options.Members)
        {
            var replica = new SimulatedNode(NodeId.Replica(id), GroupId.Replicas, new SeededRandom(id))
            {
                Log = new SimulatedLog(IncarnationOf(id, 0)),
            };
            _nodes.Add(replica.Id, replica);
            _replicas.Add(replica);
            _nodes.Add(NodeId.Manager(id), new SimulatedNode(NodeId.Manager(id), GroupId.Replicas, new SeededRandom(id)));
        }

        foreach (var id in Options.Sequencers)
            _nodes.Add(NodeId.Sequencer(id), new SimulatedNode(NodeId.Sequencer(id), GroupId.Replicas, new SeededRandom(id)));
    }

    public GroupOptions Options { get; }

    public ScriptTrace Trace { get; } = new();

    /// <summary>The messages that reached the front end, with their senders.</summary>
    public List<(NodeId From, Message Message)> FrontEnd { get; } = [];

    /// <summary>The total order, as far as any member has executed it.</summary>
    public IReadOnlyList<Entry> Order => _checker.Order;

    /// <summary>Whether the invariants are checked. A test of a broken member turns this off.</summary>
    public bool IsChecked { get; set; } = true;

    /// <summary>Makes a group in which every process runs and the first sequencer leads epoch 1.1.</summary>
    public static ProtocolScript Started(byte members = 4, byte sequencers = 2, Func<GroupOptions, GroupOptions>? change = null)
    {
        var script = new ProtocolScript(members, sequencers, change);
        script.StartAll();
        script.Wait(100);
        Invariant.That(script.Sequencer(1).State == SequencerState.Active);
        return script;
    }

    public GroupMember Member(byte id) => _nodes[NodeId.Replica(id)].Replica.Member;

    public ReplicaCore Core(byte id) => _nodes[NodeId.Replica(id)].Replica.Core;

    public SimulatedLog Log(byte id) => _nodes[NodeId.Replica(id)].Log!;

    public SequencerProtocol Sequencer(byte id) => _nodes[NodeId.Sequencer(id)].Sequencer;

    public Instant Now => new(_now, WallStart);

    public bool IsUp(NodeId id) => _nodes[id].IsUp;

    public LeaveRequester Manager(byte id) => (LeaveRequester)_nodes[NodeId.Manager(id)].Protocol!;

    public void StartAll()
    {
        foreach (var node in _nodes.Values)
            StartUp(node);
        Run();
    }

    public void Start(NodeId id)
    {
        StartUp(_nodes[id]);
        Run();
    }

    /// <summary>The process dies, and loses what is not flushed.</summary>
    public void Crash(NodeId id)
    {
        var node = _nodes[id];
        node.Protocol = null;
        node.BootCount++;
        node.PausedUntil = 0;
        _unflushed.Remove(id);
        node.Log?.CrashWithoutRest();
    }

    public void Restart(NodeId id)
    {
        Crash(id);
        Start(id);
    }

    /// <summary>The process dies, and its folder is lost. The next start has a new incarnation.</summary>
    public void Wipe(byte id, bool keepsIdentity = false)
    {
        var node = _nodes[NodeId.Replica(id)];
        Crash(node.Id);
        node.FormerLogs.Add(node.Log!);
        node.Log = new SimulatedLog(keepsIdentity ? node.Log!.Record.Incarnation : IncarnationOf(id, node.FormerLogs.Count));
        node.Mark = new SimulatedMark();
        node.Snapshot = null;
    }

    /// <summary>Lets members stamp their folders, as they do outside of scripts.</summary>
    public static GroupOptions WithStamps(GroupOptions options) => options with { ConfirmationsNeeded = 2 };

    /// <summary>Somebody copies a folder, with the mark of executions and the snapshot.</summary>
    public void CopyFolder(byte id)
    {
        var node = _nodes[NodeId.Replica(id)];
        node.Copies.Add(new FolderCopy(node.Log!.ToCopy(), node.Mark.ToCopy(), node.Snapshot, null));
    }

    /// <summary>The process dies, and somebody puts the last copy in the place of its folder.</summary>
    public void PutBack(byte id)
    {
        var node = _nodes[NodeId.Replica(id)];
        Crash(node.Id);
        node.PutBack(node.Copies[^1]);
    }

    /// <summary>Stops a sequencer in order, so that it hands over.</summary>
    public void Stop(byte sequencer)
    {
        var node = _nodes[NodeId.Sequencer(sequencer)];
        node.Sequencer.OnStopping(InstantOf(node));
        Settle(node);
        node.Protocol = null;
        Run();
    }

    /// <summary>The process stands still. Messages to it wait.</summary>
    public void Pause(NodeId id) => _nodes[id].PausedUntil = long.MaxValue;

    public void Resume(NodeId id)
    {
        _nodes[id].PausedUntil = 0;
        Release(flight => flight.To == id);
    }

    public void Drop(string from, string to, string type = "*", int times = -1) =>
        _rules.Add(new DeliveryRule(Delivery.Drop, from, to, type, times));

    public void Hold(string from, string to, string type = "*", int times = -1) =>
        _rules.Add(new DeliveryRule(Delivery.Hold, from, to, type, times));

    public void Duplicate(string from, string to, string type = "*", int times = -1) =>
        _rules.Add(new DeliveryRule(Delivery.Duplicate, from, to, type, times));

    /// <summary>Drops every message between two sets of nodes, in either direction.</summary>
    public void Cut(string one, string other)
    {
        Drop(one, other);
        Drop(other, one);
    }

    /// <summary>Ends every rule. Messages that are held stay held.</summary>
    public void Heal() => _rules.Clear();

    /// <summary>Delivers the held messages, oldest first unless reversed.</summary>
    public void Release(bool reversed = false)
    {
        if (reversed)
            _held.Reverse();
        Release(_ => true);
    }

    /// <summary>Delivers a message that no process has sent.</summary>
    public void Inject(NodeId from, NodeId to, Message message, Epoch epoch = default, BootId boot = default)
    {
        _flights.Enqueue(new Flight(new Envelope(from, boot, epoch), to, message));
        Run();
    }

    public void HoldFlushes(byte id) => _unflushed.Add(NodeId.Replica(id));

    /// <summary>Flushes everything. From now on the disk flushes at once again.</summary>
    public void Flush(byte id)
    {
        var node = _nodes[NodeId.Replica(id)];
        _unflushed.Remove(node.Id);
        Settle(node);
        Run();
    }

    /// <summary>Sets how far a node's wall clock is ahead.</summary>
    public void SetClock(NodeId id, TimeSpan ahead) => _nodes[id].WallOffset = (long)ahead.TotalMilliseconds;

    /// <summary>Lets time pass, and runs the timers that fall due on the way.</summary>
    public void Wait(long milliseconds)
    {
        var until = _now + (milliseconds * TimeSpan.TicksPerMillisecond);
        for (var i = 0; i < TimersMax; i++)
        {
            var next = _nodes.Values.Where(node => node.IsUp && node.PausedUntil == 0).MinBy(node => node.Protocol!.NextDeadline.Ticks);
            if (next is null || next.Protocol!.NextDeadline.Ticks > until)
            {
                _now = until;
                return;
            }

            _now = Math.Max(_now, next.Protocol.NextDeadline.Ticks);
            Step(next, () => next.Protocol.OnTimer(InstantOf(next)));
            foreach (var effect in TakeEffects())
                Trace.Add($"{next.Id.Short()} {effect}");
            NoteLost();
            Run();
        }

        throw new InvariantBrokenException("timers go on without end");
    }

    /// <summary>The front end sends a request. The same number again is a repeat.</summary>
    public void Request(ulong number, byte sequencer = 1, int variant = 0) =>
        Inject(NodeId.FrontEnd(1), NodeId.Sequencer(sequencer), new Req(MakeRequest(number, variant)), boot: new BootId(0xFE));

    public static Request MakeRequest(ulong number, int variant = 0)
    {
        var slot = new Slot(new AppointmentId(default, new DateOnly(2025, 1, 6).AddDays((int)number), default), default);
        var command = new AddAppointment(new CallerId(true, default, 1), slot, 1 + variant);
        var payload = CommandCodec.Encode(command);
        var opcode = CommandCodec.OpcodeOf(command);
        var digest = Dams.Ordering.Request.DigestOf(opcode, payload);
        return new Request(new RequestKey(0, 7, number), 1, new BootId(0xFE), 1, opcode, digest, payload);
    }

    /// <summary>A joiner gets the snapshot that it waits for, and restores it.</summary>
    public void Restore(byte id)
    {
        var node = _nodes[NodeId.Replica(id)];
        var wanted = node.Replica.Member.SnapshotWanted ?? throw new InvariantBrokenException($"{node.Id} wants no snapshot");
        node.Snapshot = SnapshotPosition.After(_checker.Order[(int)wanted.Value - 1]);
        _checker.Restore(node, wanted);
        Step(node, () => node.Replica.Member.OnSnapshotRestored(node.Snapshot, InstantOf(node)));
        Trace.Add($"{node.Id.Short()} restores the snapshot of #{wanted}");
        _effects.Clear();
        Run();
        Wait(0);
    }

    /// <summary>A joiner learns that nobody has the snapshot that it waits for.</summary>
    public void GiveUpSnapshot(byte id)
    {
        var node = _nodes[NodeId.Replica(id)];
        Step(node, () => node.Replica.Member.OnSnapshotUnavailable(node.Replica.Member.SnapshotWanted!.Value, InstantOf(node)));
        Run();
    }

    /// <summary>A replica takes a durable snapshot, and trims its log behind it as far as it may.</summary>
    public void TakeSnapshot(byte id)
    {
        var node = _nodes[NodeId.Replica(id)];
        var member = node.Replica.Member;
        node.Snapshot = SnapshotPosition.After(node.Log!.Read(member.Executed)!);
        var trim = SequenceNumber.Min(member.GcSeq, node.Snapshot.Seq);
        if (trim > node.Log.Base)
            node.Log.TrimTo(trim, node.Log.Read(trim)!.Chain);
    }

    public void Show(string type) => _shown.Add(type);

    /// <summary>A manager wants an incarnation ordered out: the last lost one of the member, otherwise the present one.</summary>
    public void WantOut(byte manager, byte member, bool isForced = false)
    {
        var node = _nodes[NodeId.Manager(manager)];
        var log = _nodes[NodeId.Replica(member)].FormerLogs.LastOrDefault() ?? Log(member);
        Step(node, () => Manager(manager).OnWanted(member, log.Record.Incarnation, 1, isForced, InstantOf(node)));
        Run();
        Wait(0);
    }

    /// <summary>The identity of a folder: a letter for each folder of the seat, followed by the number of the seat.</summary>
    private static Incarnation IncarnationOf(byte id, int boot) => new(((ulong)(0xA + boot) << 4) | id);
}
