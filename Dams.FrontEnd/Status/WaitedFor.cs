using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Status;

/// <summary>
/// The processes without which no sequencer can become active, as far as a front end can know. A first start needs every replica, a
/// later one three of them. A replica that answers but knows no epoch is waiting itself, so it is not listed. Sequencers can't be
/// asked: only on its own machine is it known that a sequencer does not run.
/// </summary>
internal static class WaitedFor
{
    // A new incarnation neither promises nor installs, and one that has ended never will again.
    private static readonly string[] s_unable = [nameof(MemberState.Outside), nameof(MemberState.Joining), nameof(MemberState.Left),
        nameof(MemberState.Halted), nameof(MemberState.Outdated)];

    /// <summary>
    /// The replicas that don't report their status or can't take part, and the sequencers if none of them runs. If that is nobody,
    /// then all sequencers, because nothing else can be missing.
    /// </summary>
    /// <param name="topology">The cluster.</param>
    /// <param name="reports">The answers of replicas and managers.</param>
    /// <param name="host">The name of the host of the front end; null in a configuration without hosts.</param>
    /// <param name="runs">Whether a process runs on this machine.</param>
    public static IReadOnlyList<string> Of(ClusterTopology topology, ClusterReports reports, string? host, Func<NodeId, bool> runs)
    {
        var replicas = topology.Replicas
            .Where(replica => !reports.Replicas.TryGetValue(replica.Id.Number, out var report) || s_unable.Contains(report.State))
            .Select(replica => replica.Id.ToString());
        var sequencers = topology.Sequencers.Select(sequencer => sequencer.Id.ToString());
        var noneRuns = topology.Sequencers.All(sequencer => sequencer.Host == host && !runs(sequencer.Id));
        List<string> waitedFor = [.. replicas, .. noneRuns ? sequencers : []];
        return waitedFor.Count > 0 ? waitedFor : [.. sequencers];
    }
}
