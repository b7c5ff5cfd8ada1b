using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Tests.Engines.Model;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>The faults, and what must be right in the end.</content>
internal sealed partial class Simulation
{
    private void ScheduleFaults()
    {
        for (var i = 0; i < _knobs.ReplicaCrashes; i++)
            ScheduleCrash(_replicas[_random.Below(_replicas.Count)]);
        for (var i = 0; i < _knobs.SequencerCrashes; i++)
        {
            var sequencer = _nodes[NodeId.Sequencer(_group.Sequencers[_random.Below(_group.Sequencers.Count)])];
            if (_random.Chance(250))
                ScheduleHandOver(sequencer);
            else
                ScheduleCrash(sequencer);
        }

        for (var i = 0; i < _knobs.FrontEndCrashes; i++)
            ScheduleCrash(_nodes[NodeId.FrontEnd(_group.FrontEnds[_random.Below(_group.FrontEnds.Count)])]);
        for (var i = 0; i < _knobs.Partitions; i++)
            SchedulePartition();
        if (_knobs.SplitLoyalty)
            ScheduleSplitLoyalty();
        for (var i = 0; i < _knobs.Pauses; i++)
        {
            var node = _nodes.Values.ElementAt(_random.Below(_nodes.Count));
            var length = Milliseconds(100 + _random.Below(2000));
            At(SomeTime(), () =>
            {
                Trace($"{node.Id} pauses");
                node.PausedUntil = _now + length;
            });
        }

        if (_knobs.PowerCut)
            At(SomeTime(), CutPower);
        if (_knobs.ClockJumps)
        {
            foreach (var node in _nodes.Values)
                At(SomeTime(), () => node.WallOffset = _random.Below(7_200_000) - 3_600_000);
        }
    }

    private long SomeTime() => _random.Between(TimeSpan.FromMilliseconds(50), _knobs.FaultyPhase * 0.9).Ticks;

    private static long Milliseconds(int value) => value * TicksPerMillisecond;

    private void ScheduleCrash(SimulatedNode node)
    {
        var down = Milliseconds(_random.Chance(500) ? 20 + _random.Below(300) : 300 + _random.Below(2500));
        At(SomeTime(), () =>
        {
            Stop(node);
            At(_now + down, () => Restart(node));
        });
    }

    private void CrashSoon(SimulatedNode node)
    {
        var boot = node.BootCount;
        At(_now, () =>
        {
            if (node.BootCount != boot)
                return;
            Stop(node);
            At(_now + Milliseconds(5 + _random.Below(100)), () => Restart(node));
        });
    }

    private void ScheduleHandOver(SimulatedNode node) => At(SomeTime(), () =>
    {
        if (!node.IsUp || node.PausedUntil > _now)
            return;
        Trace($"{node.Id} is stopped in order");
        node.Sequencer.OnStopping(InstantOf(node));
        Settle(node);
        Stop(node);
        At(_now + Milliseconds(500 + _random.Below(1000)), () => Restart(node));
    });

    private void Restart(SimulatedNode node)
    {
        if (node.IsUp)
            return;
        if (node.StartsAt > _now)
            At(node.StartsAt, () => Restart(node));
        else
            StartUp(node);
    }

    private void CutPower() => CutPower(late: null);

    /// <summary>Cuts the power of all machines at once. Every disk may lose what was not synced.</summary>
    /// <param name="late">A replica that comes back after the others; null for none.</param>
    private void CutPower(SimulatedNode? late)
    {
        Trace($"power cut");
        foreach (var node in _nodes.Values)
        {
            Stop(node);
            node.Mark.LosePower();
            At(_now + Milliseconds(50 + _random.Below(500) + (node == late ? 800 + _random.Below(2000) : 0)), () => Restart(node));
        }

        foreach (var manager in _managers)
        {
            Stop(manager);
            At(_now + Milliseconds(50 + _managersRandom.Below(500)), () => Restart(manager));
        }
    }

    /// <summary>
    /// Divides the members between two sequencers. The first sequencer's SYNC is lost for a while. Two members still hear its
    /// other messages, and the other two can't tell it of their promise. Of the two that hear it, one is out of the rival's
    /// reach, and the other promises and crashes for a moment. If that one forgot its promise, both epochs could commit.
    /// </summary>
    private void ScheduleSplitLoyalty()
    {
        var mute = NodeId.Sequencer(_group.Sequencers[0]);
        var members = _replicas.OrderBy(_ => _random.Next()).Select(replica => replica.Id).ToArray();
        var cuts = new List<(NodeId, NodeId)>();
        foreach (var deserter in members[2..])
            cuts.AddRange([(mute, deserter), (deserter, mute)]);
        foreach (var rival in _group.Sequencers.Skip(1).Select(NodeId.Sequencer))
            cuts.AddRange([(rival, members[0]), (members[0], rival), (rival, mute), (mute, rival)]);
        At(SomeTime(), () =>
        {
            Trace($"{mute} is mute; {string.Join(" ", cuts)}");
            _cuts.UnionWith(cuts);
            _mute.Add(mute);
            _forgetful.Add(members[1]);
            At(_now + Milliseconds(1500), () =>
            {
                _cuts.ExceptWith(cuts);
                _mute.Remove(mute);
                _forgetful.Remove(members[1]);
            });
        });
    }

    /// <summary>
    /// Divides the group when a joiner says that it has caught up. Just then the sequencer loses two of the three voters, which
    /// elect another one. The third voter and the joiner hear the first one only. Entries before the joiner's ACTIVATE are then
    /// on two disks, and the joiner's disk doesn't count.
    /// </summary>
    private void DivideAt(NodeId joiner)
    {
        if (_isDivided || _healed)
            return;
        _isDivided = true;
        var first = _nodes.Values.FirstOrDefault(node =>
            node is { IsUp: true, Id.Role: NodeRole.Sequencer, Sequencer.State: SequencerState.Active });
        if (first is null)
            return;
        var loyal = _replicas.Select(replica => replica.Id).Where(id => id != joiner).ElementAt(_random.Below(_knobs.Replicas - 1));
        var cuts = new List<(NodeId, NodeId)>();
        foreach (var deserter in _replicas.Select(replica => replica.Id).Where(id => id != joiner && id != loyal))
            cuts.AddRange([(first.Id, deserter), (deserter, first.Id), (loyal, deserter), (deserter, loyal)]);
        foreach (var rival in _group.Sequencers.Select(NodeId.Sequencer).Where(id => id != first.Id))
        {
            foreach (var held in new[] { loyal, joiner, first.Id })
                cuts.AddRange([(rival, held), (held, rival)]);
        }

        Trace($"{first.Id} keeps {loyal} and {joiner} alone");
        _cuts.UnionWith(cuts);
        At(_now + Milliseconds(1500), () => _cuts.ExceptWith(cuts));
    }

    private void SchedulePartition()
    {
        var nodes = _nodes.Keys.ToArray();
        var cuts = new List<(NodeId, NodeId)>();
        var kind = _random.Below(4);
        var island = nodes.Where(_ => _random.Chance(500)).ToHashSet();
        var one = nodes[_random.Below(nodes.Length)];
        // A sequencer goes on with one replica, and orders entries that can never be committed. The rest elect another sequencer.
        // That one often dies as soon as the network is mended. Then the next candidate sees the long log of the one replica, too.
        if (kind == 3)
        {
            island =
            [
                NodeId.Sequencer(_group.Sequencers[_random.Below(_group.Sequencers.Count)]),
                NodeId.Replica((byte)(1 + _random.Below(_knobs.Replicas))),
            ];
        }

        var rival = kind == 3 && _random.Chance(600)
            ? _group.Sequencers.Select(NodeId.Sequencer).FirstOrDefault(id => !island.Contains(id))
            : default;
        foreach (var from in nodes)
        {
            foreach (var to in nodes)
            {
                var isCut = kind switch
                {
                    0 => island.Contains(from) != island.Contains(to),
                    3 => island.Contains(from) != island.Contains(to) && from.Role != NodeRole.FrontEnd && to.Role != NodeRole.FrontEnd,
                    1 => island.Contains(from) && !island.Contains(to),
                    _ => from == one || to == one,
                };
                if (isCut)
                    cuts.Add((from, to));
            }
        }

        var length = kind == 3 ? Milliseconds(700 + _random.Below(1000)) : Milliseconds(100 + _random.Below(2000));
        At(SomeTime(), () =>
        {
            Trace($"cut {string.Join(" ", cuts)}");
            _cuts.UnionWith(cuts);
            At(_now + length, () =>
            {
                Trace($"mended");
                _cuts.ExceptWith(cuts);
                if (_healed || !_nodes.TryGetValue(rival, out var leading))
                    return;
                At(_now + (_random.Chance(700) ? 0 : Milliseconds(_random.Below(20))), () =>
                {
                    Stop(leading);
                    At(_now + Milliseconds(300 + _random.Below(2000)), () => Restart(leading));
                });
            });
        });
    }

    private void Heal()
    {
        Trace($"healed");
        CheckGlitch();
        EndGlitch();
        _healed = true;
        _cuts.Clear();
        foreach (var twin in _managerTwins)
            twin.DeafUntil = 0;
        foreach (var node in _nodes.Values.Concat(_managers))
        {
            node.PausedUntil = 0;
            Restart(node);
        }
    }

    private bool IsDone()
    {
        if (!_healed || _openCalls > 0 || !AreManagersDone())
            return false;
        foreach (var replica in _replicas)
        {
            if (IsLeftOut(replica))
                continue;
            if (!replica.IsUp)
                return false;
            var member = replica.Replica.Member;
            if (member.Executed.Value != _checker.Order.Count || member.Contiguous != member.Executed
                || member.State != MemberState.Following || !member.IsVoter)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether only an operator can bring the replica back: its seat was replaced too often, and it is down or has lost its folder
    /// once more.
    /// </summary>
    private bool IsLeftOut(SimulatedNode replica) =>
        IsLeftToAPerson(replica) && (!replica.IsUp || replica.Replica.Member is { State: MemberState.Outside, BlockedBy: not null });

    private string DescribeStuck()
    {
        var lines = _replicas.Select(replica =>
        {
            if (!replica.IsUp)
                return $"{replica.Id} down";
            var m = replica.Replica.Member;
            return $"{replica.Id} {m.State} promised {m.Promised} installed {m.Installed} contiguous {m.Contiguous} durable {m.Durable} "
                + $"commit {m.CommitSeq} executed {m.Executed} base {replica.Log!.Base} wanted {m.SnapshotWanted} "
                + $"waiting {m.WaitingBefore} {m.View}";
        }).Concat(_group.Sequencers.Select(id =>
        {
            var node = _nodes[NodeId.Sequencer(id)];
            return node.IsUp
                ? $"{node.Id} {node.Sequencer.State} {node.Sequencer.Epoch} max {node.Sequencer.MaxSeq} commit {node.Sequencer.CommitSeq}"
                : $"{node.Id} down";
        }));
        return $"{_openCalls} calls open, {_checker.Order.Count} ordered\n  {string.Join("\n  ", lines.Concat(DescribeManagers()))}";
    }

    /// <summary>Checks that all replicas hold the state that the rules give, and all truthful ones the same digest.</summary>
    private void CheckStates(ReferenceModel model)
    {
        var keys = model.BucketKeys();
        // A liar's answers are in its session table, and so in its digest.
        var taking = _replicas.Where(replica => !IsLeftOut(replica)).ToList();
        var truthful = taking.Where(replica => !IsLiar(replica)).ToList();
        var digest = truthful[0].Replica.Core.Digest();
        foreach (var replica in taking)
        {
            var engine = replica.Replica.Core.Engine;
            Broken.Unless(
                !truthful.Contains(replica) || replica.Replica.Core.Digest().AsSpan().SequenceEqual(digest),
                $"{replica.Id} has another state digest than {truthful[0].Id}");
            Broken.Unless(engine.BucketKeys().SequenceEqual(keys), $"{replica.Id} holds other buckets than the rules give");
            foreach (var key in keys)
            {
                Broken.Unless(
                    engine.ReadBucket(key).ToString() == model.ReadBucket(key).ToString(),
                    $"{replica.Id} holds {engine.ReadBucket(key)}, but the rules give {model.ReadBucket(key)}");
            }
        }
    }
}
