namespace Dams.Cli.Cluster;

/// <summary>One look at a cluster that comes up.</summary>
/// <param name="IsHealthy">Whether the front end says that it can get two equal replies.</param>
/// <param name="VotingReplicas">How many replicas vote.</param>
/// <param name="AllReplicas">How many replicas the cluster has.</param>
/// <param name="IsReadAnswered">Whether a read has just been answered.</param>
/// <param name="AnsweredByAll">For how many requests all replies were equal.</param>
/// <param name="Missing">The processes that are missing, as far as that is known.</param>
internal sealed record ReadinessObservation(
    bool IsHealthy, int VotingReplicas, int AllReplicas, bool IsReadAnswered, long AnsweredByAll, IReadOnlyList<string> Missing)
{
    /// <summary>How many replicas vote and what is missing, as text for people.</summary>
    public string Replicas =>
        $"{VotingReplicas} of {AllReplicas} replicas vote{(Missing.Count == 0 ? "" : $", missing: {string.Join(", ", Missing)}")}";
}

/// <summary>The decision after a look.</summary>
internal enum ReadinessVerdict
{
    /// <summary>Look again.</summary>
    Wait = 0,

    /// <summary>All replicas have answered a read equally.</summary>
    Ready = 1,

    /// <summary>Time is up, but a read has had two equal replies: clients can begin.</summary>
    ReadyWithoutAll = 2,

    /// <summary>Time is up, and no read was answered.</summary>
    Failed = 3,
}

/// <summary>Decides when <c>dams up</c> calls the cluster ready. Pure.</summary>
internal static class Readiness
{
    public static ReadinessVerdict Judge(ReadinessObservation seen, TimeSpan elapsed, TimeSpan limit)
    {
        if (seen is { IsHealthy: true, IsReadAnswered: true, AnsweredByAll: > 0 } && seen.VotingReplicas == seen.AllReplicas)
            return ReadinessVerdict.Ready;
        if (elapsed < limit)
            return ReadinessVerdict.Wait;
        // The service answers only when two replies are equal, so an answer is all the proof that is needed.
        return seen.IsReadAnswered ? ReadinessVerdict.ReadyWithoutAll : ReadinessVerdict.Failed;
    }
}
