using Dams.Contracts.Reports;
using Dams.Lab;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>
/// The managers: a group of their own, ordered by the same sequencer processes. They see replicas as manager processes would,
/// through questions that may be lost, and act on them. Each decision must have a reason, and be the same at all managers.
/// </content>
internal sealed partial class Simulation
{
    // Managers may find a replica dead if it does not answer for a while. It may have flapped.
    private static readonly long s_unwellMin = TimeSpan.FromSeconds(1).Ticks;

    private readonly List<SimulatedNode> _managers = [];
    private readonly Dictionary<NodeId, SimulatedNode> _twins = [];
    private readonly OrderChecker _managersChecker = new();
    private readonly DurabilityChecker _managersDurability = new();
    private readonly List<SimulatedNode> _managerTwins = [];
    private readonly HashSet<ulong> _lost = [];
    private readonly HashSet<ulong> _accused = [];
    private readonly HashSet<ulong> _stuck = [];
    private readonly Dictionary<ulong, int> _exits = [];
    private readonly SeededRandom _managersRandom;
    private GroupOptions _managersGroup = null!;
    private readonly AgreementChecker _agreement;

    /// <summary>The number of replacements that the managers have begun.</summary>
    public int Replacements => _managers.Max(manager => manager.Twin is { IsUp: true } twin ? twin.Manager.State.Replacements : 0);

    private ManagerOptions ManagerOptions => new()
    {
        Seats = _group.Members,
        Versions = _group.Members.ToDictionary(seat => seat, VersionsOf),
        DigestInterval = TimeSpan.FromMilliseconds(300),
        MinorityPause = TimeSpan.FromMilliseconds(750),
        SnapshotEntries = 12,
        ReplacementPatience = TimeSpan.FromSeconds(8),
    };

    private void AddManagers()
    {
        _managersGroup = _group with { Group = GroupId.Managers, Sequencers = PreferenceOf(_knobs.ManagersLeader) };
        foreach (var id in _group.Members)
        {
            var manager = new SimulatedNode(NodeId.Manager(id), GroupId.Replicas, _managersRandom);
            _managers.Add(manager);
            var twin = AddTwin(manager);
            twin.Log = new SimulatedLog(new Incarnation(_managersRandom.Next() | 1));
            _managerTwins.Add(twin);
        }
    }

    private SimulatedNode AddTwin(SimulatedNode process)
    {
        var twin = new SimulatedNode(process.Id, GroupId.Managers, _managersRandom, process);
        process.Twin = twin;
        _twins.Add(process.Id, twin);
        return twin;
    }

    private SimulatedNode? FindNode(NodeId id, GroupId group) =>
        group == GroupId.Managers ? _twins.GetValueOrDefault(id)
        : id.Role == NodeRole.Manager ? _managers.Find(manager => manager.Id == id) : _nodes.GetValueOrDefault(id);

    private GroupOptions GroupOf(SimulatedNode node) => node.Group == GroupId.Managers ? _managersGroup : _group;

    private OrderChecker CheckerOf(SimulatedNode node) => node.Group == GroupId.Managers ? _managersChecker : _checker;

    private void StartManagers()
    {
        foreach (var manager in _managers)
            StartUp(manager);
        for (var i = 0; i < _knobs.ManagerCrashes; i++)
        {
            var manager = _managers[_managersRandom.Below(_managers.Count)];
            var at = _managersRandom.Between(TimeSpan.FromMilliseconds(50), _knobs.FaultyPhase * 0.9).Ticks;
            var down = Milliseconds(20 + _managersRandom.Below(2500));
            At(at, () =>
            {
                Stop(manager);
                At(_now + down, () => Restart(manager));
            });
        }

        SchedulePauses();
        if (_knobs.ManagerWipe)
        {
            var wiped = _managers[_managersRandom.Below(_managers.Count)];
            At(_managersRandom.Between(TimeSpan.FromMilliseconds(500), _knobs.FaultyPhase * 0.9).Ticks, () => WipeManager(wiped));
        }

        if (_knobs.Dead is { } dead)
            At(_managersRandom.Between(TimeSpan.FromMilliseconds(300), _knobs.FaultyPhase * 0.9).Ticks, () => Kill(_replicas[dead - 1]));
        if (_knobs.SlowToStart is { } slow)
        {
            At(_managersRandom.Between(TimeSpan.FromMilliseconds(300), _knobs.FaultyPhase * 0.5).Ticks,
                () => CrashAndStartSlowly(_replicas[slow - 1]));
        }

        if (_knobs.Slandered is { } slandered)
            At(Milliseconds(500), () => Slander(_nodes[NodeId.FrontEnd(1)], slandered));
        foreach (var replica in _replicas)
            At(0, () => Observe(replica));
    }

    /// <summary>
    /// Overloads the hosts of some managers at the same time: the managers stand still and do everything too late, or no answer
    /// reaches them in time.
    /// </summary>
    private void SchedulePauses()
    {
        if (_knobs.ManagerPauses == 0)
            return;
        var at = _managersRandom.Between(TimeSpan.FromMilliseconds(50), _knobs.FaultyPhase * 0.7).Ticks;
        var length = Milliseconds(500 + _managersRandom.Below(3500));
        foreach (var manager in _managers.OrderBy(_ => _managersRandom.Next()).Take(_knobs.ManagerPauses).ToList())
        {
            At(at, () =>
            {
                Trace($"{manager.Id} {(_knobs.AreManagersDeaf ? "is deaf" : "pauses")}");
                if (_knobs.AreManagersDeaf)
                    manager.Twin!.DeafUntil = _now + length;
                else
                    manager.PausedUntil = _now + length;
            });
        }
    }

    /// <summary>Takes a manager's folder away, if all managers vote.</summary>
    private void WipeManager(SimulatedNode manager)
    {
        if (_healed || !AllVote(_managerTwins))
            return;
        Trace($"{manager.Id} loses its folder");
        Stop(manager);
        SetManagerAside(manager.Twin!);
        At(_now + Milliseconds(50 + _managersRandom.Below(300)), () => Restart(manager));
    }

    private void SetManagerAside(SimulatedNode twin)
    {
        twin.FormerLogs.Add(twin.Log!);
        twin.Log = new SimulatedLog(new Incarnation(_managersRandom.Next() | 1));
        twin.Agreed = null;
    }

    /// <summary>Ends a manager that was ordered out, and lets it begin anew.</summary>
    private void ServeManager(SimulatedNode twin)
    {
        var process = _managers[twin.Id.Number - 1];
        ServeRequester(process);
        if (!twin.Manager.Member.IsOver)
            return;
        var boot = twin.BootCount;
        At(_now, () =>
        {
            if (twin.BootCount != boot)
                return;
            Stop(process);
            SetManagerAside(twin);
            At(_now + Milliseconds(100), () => Restart(process));
        });
    }

    private void StartTwin(SimulatedNode process)
    {
        if (process.Twin is not { } node)
            return;
        node.Boot = new BootId(node.Random.Next() | 1);
        node.Outbox = new Outbox();
        node.BootCount++;
        node.WakeAt = long.MaxValue;
        var now = InstantOf(node);
        switch (node.Id.Role)
        {
            case NodeRole.Sequencer:
                node.Random.Next(); // A sequencer had a seed once. Without this draw, every seed of a simulation would mean another run.
                var sequencer = new SequencerProtocol(_managersGroup, node.Id.Number, node.Boot, node.Outbox);
                node.Protocol = sequencer;
                sequencer.Start(now);
                break;
            case NodeRole.FrontEnd:
                node.Protocol = new RequestSubmitter(_managersGroup, node.Id, node.Boot, node.Outbox);
                break;
            default:
                // The process's part in the replicas' group is made just after this. The manager needs it, so it starts later.
                At(_now, () => StartManager(process, node));
                return;
        }

        Settle(node);
    }

    private void StartManager(SimulatedNode process, SimulatedNode node)
    {
        if (!process.IsUp || node.IsUp)
            return;
        var manager = new ManagerProtocol(_managersGroup, ManagerOptions, node.Id.Number, node.Boot, node.Log!, node.Outbox,
            (LeaveRequester)process.Protocol!, new Watch(this, node), node.Agreed, core => new CheckedManager(this, node, core));
        node.Protocol = manager;
        manager.Start(InstantOf(node));
        Settle(node);
    }

    /// <summary>Lets a replica die that does not come back before it is replaced.</summary>
    private void Kill(SimulatedNode replica)
    {
        // Two replicas that can't come back at once, and the sequencer besides, are more than the cluster promises to survive.
        if (_healed || !AllVote())
            return;
        Trace($"{replica.Id} dies for good");
        replica.CannotStart = true;
        _accused.Add(replica.Log!.Record.Incarnation.Value);
        Stop(replica);
        At(_now + Milliseconds(100), () => Restart(replica));
    }

    /// <summary>Its manager starts it again at once, and it takes about as long as the votes about a restart are held.</summary>
    private void CrashAndStartSlowly(SimulatedNode replica)
    {
        if (_healed || !AllVote())
            return;
        Trace($"{replica.Id} crashes and starts slowly");
        Stop(replica);
        replica.StartsAt = _now + Milliseconds(4000 + _managersRandom.Below(2500));
        Restart(replica);
    }

    private void FailToStart(SimulatedNode replica)
    {
        if (_twins[NodeId.Manager(replica.Id.Number)].PausedUntil > _now)
        {
            // The manager that would start it stands still.
            At(_now + Milliseconds(20), () => Restart(replica));
            return;
        }

        OnReplicaExited(replica);
        At(_now + Milliseconds(400), () => Restart(replica));
    }

    private void OnReplicaExited(SimulatedNode replica)
    {
        var incarnation = replica.Log!.Record.Incarnation.Value;
        _exits[incarnation] = _exits.GetValueOrDefault(incarnation) + 1;
        var manager = _twins[NodeId.Manager(replica.Id.Number)];
        At(_now + Milliseconds(5), () => TellOfExit(manager));
    }

    private void TellOfExit(SimulatedNode manager)
    {
        if (!manager.IsUp)
            return;
        if (manager.PausedUntil > _now)
        {
            At(_now + Milliseconds(20), () => TellOfExit(manager));
            return;
        }

        manager.Manager.OnReplicaExited(InstantOf(manager));
        Settle(manager);
    }

    /// <summary>Notes when a replica was last unwell, so that decisions about it can be judged.</summary>
    private void Observe(SimulatedNode replica)
    {
        At(_now + Milliseconds(5), () => Observe(replica));
        if (replica.IsUp && replica.Replica.Member is { } member
            && (member.State == MemberState.Halted || member.WaitingBefore is not null))
            _stuck.Add(member.Incarnation.Value);
        var isCut = !_healed && _cuts.Any(cut => cut.From == replica.Id || cut.To == replica.Id);
        if (replica.IsUp && replica.PausedUntil <= _now && !isCut)
            replica.WellAt = _now;
        if (_now - replica.WellAt >= s_unwellMin)
            replica.UnwellAt = _now;
        // A restart is no move: the managers find the replica at the same number before and after it.
        if (replica.IsUp)
        {
            var done = SequenceNumber.Min(replica.Replica.Member.Executed, replica.Replica.Member.Durable).Value;
            if (done != replica.SeenDone || done == _checker.Order.Count)
                replica.MovedAt = _now;
            replica.SeenDone = done;
        }

        ObserveGlitch(replica);
    }

    /// <summary>Sends a front end's report to the managers.</summary>
    private void Submit(SimulatedNode frontEnd, Report report)
    {
        var twin = frontEnd.Twin!;
        ((RequestSubmitter)twin.Protocol!).Submit(ReportCodec.OpcodeOf(report), ReportCodec.Encode(report), InstantOf(twin));
        At(_now, () =>
        {
            if (twin.IsUp)
                Settle(twin);
        });
    }

    /// <summary>Lets a front end err: it accuses a healthy replica again and again.</summary>
    private void Slander(SimulatedNode frontEnd, byte replica)
    {
        if (_healed)
            return;
        At(_now + Milliseconds(500), () => Slander(frontEnd, replica));
        if (!frontEnd.IsUp || frontEnd.PausedUntil > _now)
            return;
        frontEnd.Coordinator.OnFalseAccusation(replica, InstantOf(frontEnd));
        Settle(frontEnd);
    }

    /// <summary>Whether the LEAVE of an incarnation is committed: two members have it on disk.</summary>
    private bool HasLeft(byte replica, ulong incarnation) =>
        _replicas.Count(holder => holder.FormerLogs.Append(holder.Log!).Any(log => log.HasLeave(replica, incarnation))) >= 2;

    /// <summary>Whether the seat is degraded: after three replacements in ten minutes, managers leave it to an operator.</summary>
    private bool IsLeftToAPerson(SimulatedNode replica) => _managers.All(manager => manager.Twin is { IsUp: true } twin
        && twin.Manager.State.StandingOf(replica.Id.Number, twin.Manager.State.Time) == "degraded");

    private bool AreManagersDone()
    {
        foreach (var manager in _managers)
        {
            if (manager.Twin is not { IsUp: true } twin || twin.Manager.Member is not { State: MemberState.Following, IsVoter: true }
                || twin.Manager.Member.Executed.Value != _managersChecker.Order.Count
                || twin.Manager.State.Active is not null || twin.Manager.State.Queue.Count > 0 || twin.Manager.State.Cases.Count > 0)
            {
                return false;
            }
        }

        return true;
    }

    private IEnumerable<string> DescribeManagers() => _managers.Select(manager =>
    {
        if (manager.Twin is not { IsUp: true } twin)
            return $"{manager.Id} down";
        var (member, state) = (twin.Manager.Member, twin.Manager.State);
        return $"{manager.Id} {member.State} installed {member.Installed} executed {member.Executed} of {_managersChecker.Order.Count}, "
            + $"active {state.Active}, {state.Queue.Count} waiting, {state.Cases.Count} cases, "
            + string.Join("; ", state.Events.TakeLast(4).Select(happening => $"{happening.Kind} {happening.Replica}"));
    });

    /// <summary>Holds that a decision has a reason that the simulation knows of. The word of a front end is no reason.</summary>
    private void OnDecided(Decision decision)
    {
        var replica = _replicas[decision.Replica - 1];
        switch (decision.Cause)
        {
            case ReplacementCause.Lost:
                Broken.Unless(
                    _lost.Contains(decision.Incarnation) || _accused.Contains(decision.Incarnation) || _stuck.Contains(decision.Incarnation)
                        || _exits.GetValueOrDefault(decision.Incarnation) >= ManagerOptions.FailedStartsMax,
                    $"{decision}: the replica is not lost");
                break;
            case ReplacementCause.Dead:
                Broken.Unless(MayBeDead(replica), $"{decision}: the replica could be reached all the time, and was only cut off or slow");
                break;
            default:
                Broken.Unless(
                    (_knobs.Liar == decision.Replica && LieKinds.IsFoundByManagers(_knobs.LieKind)) || IsOverruled(decision.Replica),
                    $"{decision}: the replica tells the truth");
                break;
        }
    }

    /// <summary>Applies reports, and tells the checkers of each.</summary>
    private sealed class CheckedManager(Simulation simulation, SimulatedNode node, IEntryConsumer manager) : IEntryConsumer
    {
        public void OnSkipped(Entry entry, Instant now) =>
            throw new BrokenException($"{node.Id} skips {entry}, although nobody asked for that");

        public void OnDelivered(Entry entry, Instant now)
        {
            simulation._managersChecker.OnDelivered(node, entry, simulation._managerTwins);
            manager.OnDelivered(entry, now);
            // While a manager is being made, it has no state yet that a replayed report could be checked against.
            if (manager is not ManagerProtocol { State: { } state } || !ReportCodec.TryDecode(entry.Request.Payload.Span, out var report))
                return;
            simulation.Trace($"{node.Id} has {entry.Seq} {report}");
            simulation._agreement.OnReport(node.Id, entry.Seq.Value, simulation._now, report!, state);
        }
    }
}
