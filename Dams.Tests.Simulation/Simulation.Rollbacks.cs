using Dams.Ordering.Protocol;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>Data folders that are replaced by an older copy: log, promises, marks and snapshots are as they were then.</content>
internal sealed partial class Simulation
{
    private const int CopiesMax = 16;

    private void ScheduleRollbacks()
    {
        if (_knobs.Rollbacks > 0)
        {
            foreach (var replica in _replicas)
                At(Milliseconds(_random.Below(200)), () => CopyFolder(replica, _random));
        }

        for (var i = 0; i < _knobs.Rollbacks; i++)
        {
            var replica = _replicas[_random.Below(_replicas.Count)];
            At(SomeTime(), () => RollBack(replica));
        }

        if (!_knobs.ManagerRollback)
            return;
        var twin = _managerTwins[_managersRandom.Below(_managerTwins.Count)];
        At(Milliseconds(_managersRandom.Below(200)), () => CopyFolder(twin, _managersRandom));
        At(_managersRandom.Between(TimeSpan.FromMilliseconds(500), _knobs.FaultyPhase * 0.9).Ticks, () => RollBackManager(twin));
    }

    /// <summary>Copies the folder now and then, whether its process is up or not.</summary>
    private void CopyFolder(SimulatedNode node, SeededRandom random)
    {
        At(_now + Milliseconds(50 + random.Below(500)), () => CopyFolder(node, random));
        node.Copies.Add(new FolderCopy(node.Log!.ToCopy(), node.Mark.ToCopy(), node.Snapshot, node.Agreed));
        if (node.Copies.Count > CopiesMax)
            node.Copies.RemoveAt(random.Below(CopiesMax));
    }

    /// <summary>
    /// Puts an older copy of the folder back, for one replica at a time, as with lost folders. The copy is older than the last
    /// confirmed stamp. A younger copy looks like the folder of a process that has just crashed.
    /// </summary>
    private void RollBack(SimulatedNode replica)
    {
        var copies = replica.Copies.Where(replica.IsOutdated).ToList();
        if (_healed || copies.Count == 0 || !AllVote())
            return;
        var copy = copies[_random.Below(copies.Count)];
        Trace($"{replica.Id} gets its folder of stamp {copy.Log.Record.Stamps} back, but had {replica.Log!.Record.Stamps}");
        _lost.Add(replica.Log.Record.Incarnation.Value);
        if (!_knobs.RollbackAtPowerCut)
        {
            Stop(replica);
            replica.PutBack(copy);
            At(_now + Milliseconds(20 + _random.Below(500)), () => Restart(replica));
            return;
        }

        CutPower(late: _replicas.Where(other => other != replica).ElementAt(_random.Below(_knobs.Replicas - 1)));
        replica.PutBack(copy);
    }

    private void RollBackManager(SimulatedNode twin)
    {
        var copies = twin.Copies.Where(twin.IsOutdated).ToList();
        if (_healed || copies.Count == 0 || !AllVote(_managerTwins))
            return;
        var copy = copies[_managersRandom.Below(copies.Count)];
        var process = _managers[twin.Id.Number - 1];
        Trace($"{twin.Id} gets its folder of stamp {copy.Log.Record.Stamps} back, but had {twin.Log!.Record.Stamps}");
        Stop(process);
        twin.PutBack(copy);
        At(_now + Milliseconds(20 + _managersRandom.Below(300)), () => Restart(process));
    }
}
