namespace Dams.FrontEnd.Coordination;

/// <summary>Counters of the verdicts on one replica.</summary>
internal sealed class ReplicaCounters
{
    /// <summary>Replies different from the majority.</summary>
    public long Wrong { get; set; }

    /// <summary>Requests without its reply within the limit.</summary>
    public long Silent { get; set; }
}
