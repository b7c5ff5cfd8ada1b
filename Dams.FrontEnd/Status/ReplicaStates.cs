using Dams.Contracts.Topology;
using Dams.Ordering;

namespace Dams.FrontEnd.Status;

/// <summary>What a replica or manager is doing, in a word of <c>/status</c>.</summary>
internal static class ReplicaStates
{
    /// <summary>Its replies count.</summary>
    public const string Active = "active";

    /// <summary>It does not answer, or will not answer any more.</summary>
    public const string Dead = "dead";

    /// <summary>It does not answer, and its manager keeps starting it.</summary>
    public const string Restarting = "restarting";

    /// <summary>It executes nothing, because an entry has killed its process twice.</summary>
    public const string Waiting = "waiting";

    private const string Halted = "Halted";

    /// <summary>The state of a replica: as the managers have agreed, else as it says itself and the view has it.</summary>
    public static string Of(ReplicaNode replica, View view, ClusterReports reports)
    {
        var manager = reports.Managers.GetValueOrDefault(replica.Id.Number);
        if (manager?.Replica?.State is "suspected" or "degraded" or Dead)
            return manager.Replica.State;
        if (reports.Replicas.TryGetValue(replica.Id.Number, out var report))
        {
            if (report.State == Halted)
                return Dead;
            if (report.WaitingBeforeSpecified)
                return Waiting;
            return Votes(replica, view, reports) ? Active : "joining";
        }

        return manager?.State == "running" ? Restarting : Dead;
    }

    /// <summary>Whether a replica's replies count and come: it answers, is in the view, and executes. What the managers think of it is another matter: who is suspected or degraded votes.</summary>
    public static bool Votes(ReplicaNode replica, View view, ClusterReports reports) =>
        reports.Replicas.TryGetValue(replica.Id.Number, out var report) && report.State != Halted && !report.WaitingBeforeSpecified
        && Incarnation.TryParse(report.Incarnation, out var incarnation) && view.IsVoter((byte)replica.Id.Number, incarnation);

    /// <summary>The state of a manager.</summary>
    public static string OfManager(ClusterNode manager, ClusterReports reports) => reports.Managers.ContainsKey(manager.Id.Number) ? Active : Dead;
}
