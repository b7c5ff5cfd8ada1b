using System.Net;
using Dams.Contracts.Topology;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Status;

/// <summary>
/// Who keeps a sequencer from reigning, as far as a front end can know: a first start needs every replica, a later one three of them. A replica that
/// answers and has not been told of an epoch waits itself, and is not waited for. Sequencers can't be asked: that one doesn't run is known on its own machine only.
/// </summary>
internal static class WaitedFor
{
    // A new incarnation neither promises nor installs, and one that has ended never will again.
    private static readonly string[] s_unable = [nameof(MemberState.Outside), nameof(MemberState.Joining), nameof(MemberState.Left),
        nameof(MemberState.Halted), nameof(MemberState.Outdated)];

    /// <summary>The replicas that don't say their status or can't take part, and the sequencers if none of them runs. If everyone is there, the sequencers are all that can be waited for.</summary>
    /// <param name="topology">Who should be there.</param>
    /// <param name="reports">What the replicas say.</param>
    /// <param name="runs">Whether a process of this machine runs.</param>
    public static IReadOnlyList<string> Of(ClusterTopology topology, ClusterReports reports, Func<NodeId, bool> runs)
    {
        var replicas = topology.Replicas
            .Where(replica => !reports.Replicas.TryGetValue(replica.Id.Number, out var report) || s_unable.Contains(report.State))
            .Select(replica => replica.Id.ToString());
        var sequencers = topology.Sequencers.Select(sequencer => sequencer.Id.ToString());
        var noneRuns = topology.Sequencers.All(sequencer => IPAddress.IsLoopback(sequencer.Listen.Address) && !runs(sequencer.Id));
        List<string> waitedFor = [.. replicas, .. noneRuns ? sequencers : []];
        return waitedFor.Count > 0 ? waitedFor : [.. sequencers];
    }
}
