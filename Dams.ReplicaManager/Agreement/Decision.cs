namespace Dams.ReplicaManager.Agreement;

/// <summary>An agreement of the managers to replace an incarnation.</summary>
/// <param name="Number">The number of the report that decided. It is also the request key of the LEAVE.</param>
/// <param name="Replica">The seat.</param>
/// <param name="Incarnation">The incarnation that is replaced.</param>
/// <param name="Cause">The reason for the replacement.</param>
/// <param name="DecidedAt">The time of the decision by the sequencer's clock, in milliseconds since 1970.</param>
/// <param name="View">
/// The number of a view of the replicas that still had the incarnation. A later view without it shows that it has left.
/// </param>
internal sealed record Decision(long Number, byte Replica, ulong Incarnation, ReplacementCause Cause, long DecidedAt, long View)
{
    /// <summary>Whether the version may be to blame: not after a lost folder. If so, the next incarnation leaves it if it can.</summary>
    public bool TurnsVersion { get; init; } = true;

    /// <summary>When its turn came; null while it waits.</summary>
    public long? StartedAt { get; init; }

    /// <summary>Whether the replica has crashed, rather than being wrong.</summary>
    public bool IsCrash => Cause is ReplacementCause.Dead or ReplacementCause.Lost;
}

/// <summary>Why a replica is replaced. The values are in the order of replacing: crashed replicas before wrong ones.</summary>
internal enum ReplacementCause
{
    /// <summary>It never answers, or makes no progress while others do.</summary>
    Dead = 1,

    /// <summary>Its own manager knows that it can't come back.</summary>
    Lost = 2,

    /// <summary>The managers have confirmed three wrong replies in succession.</summary>
    Wrong = 3,

    /// <summary>Its state digest is in the minority.</summary>
    StateDiffers = 4,
}
