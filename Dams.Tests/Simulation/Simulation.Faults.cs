using Dams.Contracts.Domain;
using Dams.Contracts.Engines;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Tests.Engines.Model;

namespace Dams.Tests.Simulation;

/// <content>What goes wrong, and what must be right in the end.</content>
internal sealed partial class Simulation
{
    private void ScheduleFaults()
    {
        for (var i = 0; i < _knobs.ReplicaCrashes; i++)
            ScheduleCrash(_replicas[_random.Below(_replicas.Count)]);
        for (var i = 0; i < _knobs.SequencerCrashes; i++)
            ScheduleCrash(_nodes[NodeId.Sequencer(_group.Sequencers[_random.Below(_group.Sequencers.Count)])]);
        for (var i = 0; i < _knobs.FrontEndCrashes; i++)
            ScheduleCrash(_nodes[NodeId.FrontEnd(_group.FrontEnds[_random.Below(_group.FrontEnds.Count)])]);
        for (var i = 0; i < _knobs.Partitions; i++)
            SchedulePartition();
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

    private void Restart(SimulatedNode node)
    {
        if (!node.IsUp)
            StartUp(node);
    }

    /// <summary>Everything at once loses power: what was not synced may be lost everywhere.</summary>
    private void CutPower()
    {
        Trace($"power cut");
        foreach (var node in _nodes.Values)
        {
            Stop(node);
            At(_now + Milliseconds(50 + _random.Below(500)), () => Restart(node));
        }
    }

    private void SchedulePartition()
    {
        var nodes = _nodes.Keys.ToArray();
        var cuts = new List<(NodeId, NodeId)>();
        var kind = _random.Below(3);
        var island = nodes.Where(_ => _random.Chance(500)).ToHashSet();
        var one = nodes[_random.Below(nodes.Length)];
        foreach (var from in nodes)
        {
            foreach (var to in nodes)
            {
                var isCut = kind switch
                {
                    0 => island.Contains(from) != island.Contains(to),
                    1 => island.Contains(from) && !island.Contains(to),
                    _ => from == one || to == one,
                };
                if (isCut)
                    cuts.Add((from, to));
            }
        }

        var length = Milliseconds(100 + _random.Below(2000));
        At(SomeTime(), () =>
        {
            Trace($"cut {string.Join(" ", cuts)}");
            _cuts.UnionWith(cuts);
            At(_now + length, () =>
            {
                Trace($"mended");
                _cuts.ExceptWith(cuts);
            });
        });
    }

    private void Heal()
    {
        Trace($"healed");
        _healed = true;
        _cuts.Clear();
        foreach (var node in _nodes.Values)
        {
            node.PausedUntil = 0;
            Restart(node);
        }
    }

    private bool IsDone()
    {
        if (!_healed || _openCalls > 0)
            return false;
        foreach (var replica in _replicas)
        {
            var member = replica.Replica.Member;
            if (member.Executed.Value != _checker.Order.Count || member.Contiguous != member.Executed || member.State != MemberState.Following)
                return false;
        }

        return true;
    }

    private string DescribeStuck()
    {
        var lines = _replicas.Select(replica =>
        {
            if (!replica.IsUp)
                return $"{replica.Id} down";
            var m = replica.Replica.Member;
            return $"{replica.Id} {m.State} promised {m.Promised} installed {m.Installed} contiguous {m.Contiguous} durable {m.Durable} commit {m.CommitSeq} executed {m.Executed}";
        }).Concat(_group.Sequencers.Select(id =>
        {
            var node = _nodes[NodeId.Sequencer(id)];
            return node.IsUp ? $"{node.Id} {node.Sequencer.State} {node.Sequencer.Epoch} max {node.Sequencer.MaxSeq} commit {node.Sequencer.CommitSeq}" : $"{node.Id} down";
        }));
        return $"{_openCalls} calls open, {_checker.Order.Count} ordered\n  {string.Join("\n  ", lines)}";
    }

    /// <summary>All right replicas hold the state that the rules give.</summary>
    private void CheckStates(ReferenceModel model)
    {
        var keys = model.BucketKeys();
        var first = _replicas.First(replica => replica.Id.Number != _knobs.Liar);
        var digest = first.Replica.Core.Digest();
        foreach (var replica in _replicas)
        {
            var engine = replica.Replica.Core.Engine;

            // A wrong reply to a write stays in the liar's session table, where its digest shows it, though its buckets are right.
            Broken.Unless(
                replica.Id.Number == _knobs.Liar || replica.Replica.Core.Digest().AsSpan().SequenceEqual(digest), $"{replica.Id} has another state digest than {first.Id}");
            Broken.Unless(engine.BucketKeys().SequenceEqual(keys), $"{replica.Id} holds other buckets than the rules give");
            foreach (var key in keys)
                Broken.Unless(engine.ReadBucket(key).ToString() == model.ReadBucket(key).ToString(), $"{replica.Id} holds {engine.ReadBucket(key)}, the rules give {model.ReadBucket(key)}");
        }
    }
}
