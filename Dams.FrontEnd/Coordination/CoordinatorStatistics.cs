namespace Dams.FrontEnd.Coordination;

/// <summary>Counters of a coordinator, since the process started. Written by its loop only.</summary>
internal sealed class CoordinatorStatistics(IReadOnlyList<byte> members)
{
    private readonly Dictionary<byte, ReplicaCounters> _replicas = members.ToDictionary(id => id, _ => new ReplicaCounters());

    /// <summary>Calls taken.</summary>
    public long Requests { get; private set; }

    /// <summary>Calls answered.</summary>
    public long Answered { get; private set; }

    /// <summary>Calls that ended without an answer.</summary>
    public long Faults { get; private set; }

    /// <summary>Requests that every configured replica answered equally.</summary>
    public long AnsweredByAll { get; private set; }

    /// <summary>Votes with two pairs, or with everyone's reply and no pair.</summary>
    public long Divergences { get; private set; }

    /// <summary>Calls that were ordered and not answered in time.</summary>
    public long NoQuorum { get; private set; }

    /// <summary>Epochs seen.</summary>
    public long Epochs { get; private set; }

    /// <summary>Changes of epoch after the first.</summary>
    public long Failovers { get; private set; }

    /// <summary>The counters of each replica, by its number.</summary>
    public IReadOnlyDictionary<byte, ReplicaCounters> Replicas => _replicas;

    /// <summary>A call was taken.</summary>
    public void OnCall() => Requests++;

    /// <summary>A call has ended.</summary>
    public void OnCompleted(CallResult result)
    {
        if (result is Coordination.Answered)
            Answered++;
        else
            Faults++;
    }

    /// <summary>The first SYNC of an epoch was heard.</summary>
    public void OnEpoch()
    {
        if (Epochs++ > 0)
            Failovers++;
    }

    /// <summary>A vote has ended that accuses nobody, but that an operator must know of.</summary>
    public void OnAlarm(CallFailure reason)
    {
        if (reason == CallFailure.ReplicaDivergence)
            Divergences++;
        else
            NoQuorum++;
    }

    /// <summary>The replicas were judged by a vote.</summary>
    public void OnJudged(IReadOnlyList<JudgedReplica> judged)
    {
        var areAllRight = true;
        foreach (var (replica, verdict) in judged)
        {
            areAllRight &= verdict == Verdict.Right;
            Count(replica, verdict);
        }

        if (areAllRight && judged.Count == _replicas.Count)
            AnsweredByAll++;
    }

    private void Count(byte replica, Verdict verdict)
    {
        if (!_replicas.TryGetValue(replica, out var counters))
            return;
        switch (verdict)
        {
            case Verdict.Wrong: counters.Wrong++; break;
            case Verdict.Silent: counters.Silent++; break;
        }
    }
}
