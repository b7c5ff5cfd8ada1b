using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>
/// Snapshots, trimming, lost folders, and what managers do about them. A snapshot's content is not copied here. It is made again
/// from the order, which gives the same content as a right snapshot. The transport of snapshots has tests of its own.
/// </content>
internal sealed partial class Simulation
{
    private void ScheduleMembership()
    {
        if (_knobs.Trimming)
        {
            foreach (var replica in _replicas)
                At(Milliseconds(200 + _random.Below(800)), () => TakeSnapshot(replica));
        }

        for (var i = 0; i < _knobs.Wipes; i++)
        {
            var replica = _replicas[_random.Below(_replicas.Count)];
            At(SomeTime(), () => Wipe(replica));
        }
    }

    /// <summary>Takes a replica's own durable snapshot now and then, and trims the log behind it.</summary>
    private void TakeSnapshot(SimulatedNode replica)
    {
        At(_now + Milliseconds(100 + _random.Below(900)), () => TakeSnapshot(replica));
        if (!replica.IsUp || replica.PausedUntil > _now || replica.Replica.Member.State != MemberState.Following)
            return;
        var member = replica.Replica.Member;
        if (member.Executed > replica.Log!.Base && replica.Log.Read(member.Executed) is { } executed)
            replica.Snapshot = SnapshotPosition.After(executed);
        if (replica.Snapshot is not { } snapshot)
            return;
        if (replica.Replica.Core.Schedule.TrimTo((replica.Log.Base, replica.Log.Last), member.GcSeq, snapshot.Seq) is { } trim
            && replica.Log.Read(trim) is { } last)
        {
            Trace($"{replica.Id} trims its log to {trim}");
            replica.Log.TrimTo(trim, last.Chain);
            Check(replica);
        }
    }

    /// <summary>
    /// Takes the data folder away. Only one replica at a time loses its folder: the next one only when all four vote again, as
    /// the managers would have it.
    /// </summary>
    private void Wipe(SimulatedNode replica)
    {
        if (_healed || !AllVote())
            return;
        Trace($"{replica.Id} loses its folder");
        Stop(replica);
        BeginNewIncarnation(replica);
        At(_now + Milliseconds(50 + _random.Below(500)), () => Restart(replica));
    }

    private void BeginNewIncarnation(SimulatedNode replica)
    {
        if (_knobs.WipedMemberKeepsItsIdentity)
        {
            replica.FormerLogs.Add(replica.Log!);
            replica.Log = new SimulatedLog(replica.Log!.Record.Incarnation);
            replica.Snapshot = null;
            return;
        }

        _lost.Add(replica.Log!.Record.Incarnation.Value);
        // The manager finds the lost incarnation in the seat, and the managers have it ordered out.
        SetFolderAside(replica);
    }

    private void SetFolderAside(SimulatedNode replica)
    {
        replica.FormerLogs.Add(replica.Log!);
        replica.Log = new SimulatedLog(new Incarnation(_random.Next() | 1));
        replica.Mark = new SimulatedMark();
        replica.Snapshot = null;
        replica.CannotStart = false;
        replica.StartsAt = 0;
        if (_twins[NodeId.Manager(replica.Id.Number)] is { IsUp: true } manager)
            replica.VersionTurns = manager.Manager.State.VersionTurns(replica.Id.Number);
    }

    private bool AllVote() => AllVote(_replicas);

    /// <summary>
    /// Whether every member votes by the newest view that any of them has. A member's own view is not enough. A member whose
    /// folder is a copy of a replaced incarnation's folder takes itself for a voter until it hears the sequencer.
    /// </summary>
    private static bool AllVote(IReadOnlyCollection<SimulatedNode> members)
    {
        if (!members.All(member => member is { IsUp: true, Member.State: MemberState.Following }))
            return false;
        var newest = members.Select(member => member.Member!.View).MaxBy(view => view.Number)!;
        return members.All(member => newest.IsVoter(member.Id.Number, member.Log!.Record.Incarnation));
    }

    private void ServeMembership(SimulatedNode node)
    {
        var member = node.Replica.Member;
        if (member.State == MemberState.Left)
        {
            // The member was ordered out. Its manager sets the folder aside and begins a new one.
            var boot = node.BootCount;
            At(_now, () =>
            {
                if (node.BootCount == boot)
                    BeginAnew(node);
            });
            return;
        }

        if (member.SnapshotWanted is not { } wanted || node.Fetching == wanted)
            return;
        node.Fetching = wanted;
        var fetchingBoot = node.BootCount;
        At(_now + Milliseconds(2 + _random.Below(200)), () =>
        {
            if (node.BootCount == fetchingBoot)
                FetchSnapshot(node, wanted);
        });
    }

    private void BeginAnew(SimulatedNode node)
    {
        Trace($"{node.Id} was ordered out and begins anew");
        Broken.Unless(
            HasLeft(node.Id.Number, node.Log!.Record.Incarnation.Value),
            $"the folder of {node.Id} is set aside before its LEAVE is committed");
        Stop(node);
        BeginAnewWithManager(node, node.BootCount);
    }

    /// <summary>Waits until the replica's manager is up, because the manager starts it, with the version that was agreed on.</summary>
    private void BeginAnewWithManager(SimulatedNode node, int boot)
    {
        if (node.BootCount != boot)
            return;
        if (_twins[NodeId.Manager(node.Id.Number)] is not { IsUp: true })
        {
            At(_now + Milliseconds(20), () => BeginAnewWithManager(node, boot));
            return;
        }

        SetFolderAside(node);
        At(_now + Milliseconds(100), () => Restart(node));
    }

    private void FetchSnapshot(SimulatedNode node, SequenceNumber wanted)
    {
        var now = InstantOf(node);
        node.Fetching = null;
        if (node.Replica.Member.SnapshotWanted != wanted)
            return;
        var donors = _replicas.Count(replica => replica != node && replica.IsUp && replica.PausedUntil <= _now
            && (_healed || !_cuts.Contains((node.Id, replica.Id)))
            && replica.Replica.Member.IsVoter && replica.Replica.Member.Executed >= wanted);
        if (donors < 2)
        {
            Trace($"{node.Id} finds {donors} donors of {wanted}");
            node.Replica.Member.OnSnapshotUnavailable(wanted, now);
        }
        else
        {
            Trace($"{node.Id} restores {wanted}");
            node.Snapshot = SnapshotPosition.After(_checker.Order[(int)wanted.Value - 1]);
            _checker.Restore(node, wanted);
            node.Replica.Member.OnSnapshotRestored(node.Snapshot, now);
        }

        Settle(node);
    }
}
