namespace Dams.FrontEnd.Coordination;

/// <summary>Counters of a coordinator, since the process started. Written by its loop only.</summary>
internal sealed class CoordinatorStatistics(IReadOnlyList<byte> members)
{
    private readonly Dictionary<byte, ReplicaCounters> _replicas = members.ToDictionary(id => id, _ => new ReplicaCounters());

    /// <summary>Calls taken.</summary>
    public long Requests { get; set; }

    /// <summary>Calls answered.</summary>
    public long Answered { get; set; }

    /// <summary>Calls that ended without an answer.</summary>
    public long Faults { get; set; }

    /// <summary>Requests that every configured replica answered equally.</summary>
    public long AnsweredByAll { get; set; }

    /// <summary>Votes with two pairs, or with everyone's reply and no pair.</summary>
    public long Divergences { get; set; }

    /// <summary>Calls that were ordered and not answered in time.</summary>
    public long NoQuorum { get; set; }

    /// <summary>Epochs seen.</summary>
    public long Epochs { get; set; }

    /// <summary>Changes of epoch after the first.</summary>
    public long Failovers { get; set; }

    /// <summary>The counters of each replica, by its number.</summary>
    public IReadOnlyDictionary<byte, ReplicaCounters> Replicas => _replicas;

    /// <summary>Counts a verdict.</summary>
    public void Count(byte replica, Verdict verdict)
    {
        if (!_replicas.TryGetValue(replica, out var counters))
            return;
        switch (verdict)
        {
            case Verdict.Right: counters.Right++; break;
            case Verdict.Wrong: counters.Wrong++; break;
            case Verdict.Silent: counters.Silent++; break;
        }
    }
}

/// <summary>Counters of the verdicts on one replica.</summary>
internal sealed class ReplicaCounters
{
    /// <summary>Replies equal to the majority.</summary>
    public long Right { get; set; }

    /// <summary>Replies different from the majority.</summary>
    public long Wrong { get; set; }

    /// <summary>Requests without its reply within the limit.</summary>
    public long Silent { get; set; }
}
