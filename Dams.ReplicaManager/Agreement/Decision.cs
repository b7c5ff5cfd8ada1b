using System.Text.Json.Serialization;

namespace Dams.ReplicaManager.Agreement;

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
    /// <summary>Whether the next incarnation runs the next version: not after a lost folder, which is not the version's fault.</summary>
    public bool TurnsVersion { get; init; } = true;

    /// <summary>When its turn came; null while it waits.</summary>
    public long? StartedAt { get; init; }

    /// <summary>Whether the replica has crashed, rather than being wrong.</summary>
    public bool IsCrash => Cause is ReplacementCause.Dead or ReplacementCause.Lost;
}

/// <summary>The charge of a case.</summary>
internal enum CaseKind
{
    /// <summary>It does not answer.</summary>
    Silent = 1,

    /// <summary>It answers wrongly.</summary>
    Wrong = 2,

    /// <summary>Its state differs from that of the others.</summary>
    State = 3,
}

/// <summary>A charge against an incarnation, which the managers vote on.</summary>
/// <param name="Number">The number of the report that opened the case.</param>
/// <param name="Replica">The seat of the accused.</param>
/// <param name="Incarnation">The accused.</param>
/// <param name="Kind">The charge.</param>
/// <param name="OpenedAt">The time of that report by the sequencer's clock, in milliseconds since 1970.</param>
/// <param name="Sequences">
/// The numbers of the replies that are said to be wrong, or the checkpoint at which the state is said to differ; else empty.
/// </param>
internal sealed record Case(long Number, byte Replica, ulong Incarnation, CaseKind Kind, long OpenedAt, IReadOnlyList<long> Sequences)
{
    /// <summary>The managers that have seen it, as bits by seat.</summary>
    public uint Guilty { get; init; }

    /// <summary>The managers that have looked and not seen it, as bits by seat.</summary>
    public uint Innocent { get; init; }

    /// <summary>The newest number of the replicas' view in which a manager that voted saw the accused.</summary>
    public long View { get; init; }

    /// <summary>The checkpoint at which the state was seen to differ; 0 if that is not the charge.</summary>
    [JsonIgnore]
    public long Checkpoint => Kind == CaseKind.State && Sequences is [var at] ? at : 0;

    public bool HasVoted(byte manager) => ((Guilty | Innocent) & (1u << manager)) != 0;
}

/// <summary>An event of the cluster, in the same words at all managers.</summary>
/// <param name="Number">Dense, from 1; the same at all managers.</param>
/// <param name="Time">By the sequencer's clock, in milliseconds since 1970.</param>
/// <param name="Replica">The seat of the replica that it is about.</param>
/// <param name="Text">A sentence for people.</param>
internal sealed record ManagementEvent(long Number, long Time, ManagementEventKind Kind, byte Replica, string Text);

/// <summary>The kinds of events. Their names are in <c>/status</c> and <c>/events</c>.</summary>
internal enum ManagementEventKind
{
    /// <summary>A front end or a sequencer suspects a replica.</summary>
    Suspicion,

    /// <summary>A front end has judged three replies wrong.</summary>
    Verdict,

    /// <summary>A manager finds the state of a replica in the minority.</summary>
    CheckpointDiffers,

    /// <summary>A manager starts its replica's process again.</summary>
    Restarting,

    /// <summary>The charge was not confirmed.</summary>
    Dismissed,

    /// <summary>The managers have agreed to replace an incarnation.</summary>
    ReplacementDecided,

    /// <summary>The replica's turn to be replaced has come.</summary>
    ReplacementStarted,

    /// <summary>A new incarnation votes in the seat.</summary>
    ReplacementDone,

    /// <summary>The operator should look.</summary>
    Alarm,

    /// <summary>The replica was replaced too often, so it is left to the operator.</summary>
    Degraded,
}
