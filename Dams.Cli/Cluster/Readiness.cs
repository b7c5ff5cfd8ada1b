namespace Dams.Cli.Cluster;

/// <summary>What was seen of a cluster that comes up.</summary>
/// <param name="IsHealthy">Whether the front end says that two equal replies can be had.</param>
/// <param name="VotingReplicas">How many replicas vote.</param>
/// <param name="AllReplicas">How many there are.</param>
/// <param name="IsReadAnswered">Whether a read has just been answered.</param>
/// <param name="AnsweredByAll">For how many requests all replies were equal.</param>
/// <param name="Missing">Who is not there, as far as that is known.</param>
internal sealed record ReadinessObservation(bool IsHealthy, int VotingReplicas, int AllReplicas, bool IsReadAnswered, long AnsweredByAll, IReadOnlyList<string> Missing)
{
    /// <summary>The same for people.</summary>
    public string Replicas => $"{VotingReplicas} of {AllReplicas} replicas vote{(Missing.Count == 0 ? "" : $", missing: {string.Join(", ", Missing)}")}";
}

/// <summary>What to make of it.</summary>
internal enum ReadinessVerdict
{
    /// <summary>Look again.</summary>
    Wait = 0,

    /// <summary>A read was answered equally by all.</summary>
    Ready = 1,

    /// <summary>Time is up, but two equal replies can be had: clients can begin.</summary>
    ReadyWithoutAll = 2,

    /// <summary>Time is up, and there is no answer.</summary>
    Failed = 3,
}

/// <summary>When <c>dams up</c> calls the cluster ready. Pure.</summary>
internal static class Readiness
{
    public static ReadinessVerdict Judge(ReadinessObservation seen, TimeSpan elapsed, TimeSpan limit)
    {
        if (seen is { IsHealthy: true, IsReadAnswered: true, AnsweredByAll: > 0 } && seen.VotingReplicas == seen.AllReplicas)
            return ReadinessVerdict.Ready;
        if (elapsed < limit)
            return ReadinessVerdict.Wait;
        // The service answers when two replies are equal: an answer is all the proof that is needed.
        return seen.IsReadAnswered ? ReadinessVerdict.ReadyWithoutAll : ReadinessVerdict.Failed;
    }
}
