using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Status;

/// <summary>The states of replicas and managers, as <c>/status</c> names them.</summary>
internal static class ReplicaStates
{
    /// <summary>Its replies count.</summary>
    public const string Active = "active";

    /// <summary>It does not answer, or will not answer any more.</summary>
    public const string Dead = "dead";

    /// <summary>Its manager is starting it, or it has just started and others have yet to confirm that its folder is the newest.</summary>
    public const string Restarting = "restarting";

    /// <summary>It executes nothing, because an entry has killed its process twice.</summary>
    public const string Waiting = "waiting";

    private const string Unconfirmed = nameof(MemberState.Unconfirmed);

    // A replica in one of these states never does anything again.
    private static readonly string[] s_over = [nameof(MemberState.Halted), nameof(MemberState.Outdated)];

    /// <summary>The state that the managers have agreed on for a replica, else the one that follows from its report and the view.</summary>
    public static string Of(ReplicaNode replica, View view, ClusterReports reports)
    {
        var manager = reports.Managers.GetValueOrDefault(replica.Id.Number);
        if (manager?.Replica?.State is "suspected" or "degraded" or Dead)
            return manager.Replica.State;
        if (reports.Replicas.TryGetValue(replica.Id.Number, out var report))
        {
            if (s_over.Contains(report.State))
                return Dead;
            if (report.State == Unconfirmed)
                return Restarting;
            if (report.WaitingBeforeSpecified)
                return Waiting;
            return Votes(replica, view, reports) ? Active : "joining";
        }

        return manager?.State == "running" ? Restarting : Dead;
    }

    /// <summary>
    /// Whether a replica gives replies that count: it answers, votes in the view, and executes. The managers' opinion does not matter:
    /// a suspected or degraded replica may vote.
    /// </summary>
    public static bool Votes(ReplicaNode replica, View view, ClusterReports reports) =>
        reports.Replicas.TryGetValue(replica.Id.Number, out var report)
        && report.State != Unconfirmed && !s_over.Contains(report.State) && !report.WaitingBeforeSpecified
        && Incarnation.TryParse(report.Incarnation, out var incarnation) && view.IsVoter(replica.Id.Number, incarnation);

    public static string OfManager(ClusterNode manager, ClusterReports reports) =>
        reports.Managers.ContainsKey(manager.Id.Number) ? Active : Dead;
}
