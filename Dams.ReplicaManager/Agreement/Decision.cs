using System.Text.Json.Serialization;

namespace Dams.ReplicaManager.Agreement;

/// <summary>Why a replica is replaced. The order is the order of replacing: the crashed before the wrong.</summary>
internal enum ReplacementCause
{
    /// <summary>It never answers, or stands still while others move.</summary>
    Dead = 1,

    /// <summary>Its own manager knows that it can't come back.</summary>
    Lost = 2,

    /// <summary>Three wrong replies in succession, confirmed.</summary>
    Wrong = 3,

    /// <summary>Its state digest is in the minority.</summary>
    StateDiffers = 4,
}

/// <summary>The managers have agreed to replace an incarnation.</summary>
/// <param name="Number">Its number: that of the report that decided. The request key of the LEAVE.</param>
/// <param name="Replica">The slot.</param>
/// <param name="Incarnation">Who is replaced.</param>
/// <param name="Cause">Why.</param>
/// <param name="DecidedAt">By the sequencer's clock, in milliseconds since 1970.</param>
/// <param name="View">A number of the replicas' view that still had it: one that is later and has it not has seen it leave.</param>
internal sealed record Decision(long Number, byte Replica, ulong Incarnation, ReplacementCause Cause, long DecidedAt, long View)
{
    /// <summary>Whether the next incarnation runs the next version; a folder that is lost is not the version's fault.</summary>
    public bool TurnsVersion { get; init; } = true;

    /// <summary>When its turn came; null while it waits.</summary>
    public long? StartedAt { get; init; }

    /// <summary>Whether the replica is one that is not there, rather than one that is wrong.</summary>
    public bool IsCrash => Cause is ReplacementCause.Dead or ReplacementCause.Lost;
}

/// <summary>What a case is about.</summary>
internal enum CaseKind
{
    /// <summary>It does not answer.</summary>
    Silent = 1,

    /// <summary>It answers wrongly.</summary>
    Wrong = 2,

    /// <summary>Its state is another one.</summary>
    State = 3,
}

/// <summary>A charge against an incarnation, which the managers vote on.</summary>
/// <param name="Number">Of the report that opened it.</param>
/// <param name="Replica">The accused's slot.</param>
/// <param name="Incarnation">The accused.</param>
/// <param name="Kind">The charge.</param>
/// <param name="OpenedAt">By the sequencer's clock, in milliseconds since 1970.</param>
/// <param name="Sequences">The replies that are said to be wrong, or the checkpoint at which its state is; empty otherwise.</param>
internal sealed record Case(long Number, byte Replica, ulong Incarnation, CaseKind Kind, long OpenedAt, IReadOnlyList<long> Sequences)
{
    /// <summary>The managers that have seen it, as bits by slot.</summary>
    public uint Guilty { get; init; }

    /// <summary>The managers that have looked and not seen it, as bits by slot.</summary>
    public uint Innocent { get; init; }

    /// <summary>The newest number of the replicas' view in which a manager that voted saw the accused.</summary>
    public long View { get; init; }

    /// <summary>The checkpoint at which the state was seen to be another one; 0 where that is not the charge.</summary>
    [JsonIgnore]
    public long Checkpoint => Kind == CaseKind.State && Sequences is [var at] ? at : 0;

    /// <summary>Whether a manager has voted.</summary>
    public bool HasVoted(byte manager) => ((Guilty | Innocent) & (1u << manager)) != 0;
}

/// <summary>Something that happened to the cluster and that all managers know in the same words.</summary>
/// <param name="Number">Dense, from 1; the same at all managers.</param>
/// <param name="Time">By the sequencer's clock, in milliseconds since 1970.</param>
/// <param name="Kind">What.</param>
/// <param name="Replica">Which replica it is about.</param>
/// <param name="Text">For people.</param>
internal sealed record ManagementEvent(long Number, long Time, ManagementEventKind Kind, byte Replica, string Text);

/// <summary>What can happen. The names are in <c>/status</c> and <c>/events</c>.</summary>
internal enum ManagementEventKind
{
    /// <summary>A front end or a sequencer suspects a replica.</summary>
    Suspicion,

    /// <summary>A front end has judged three replies wrong.</summary>
    Verdict,

    /// <summary>A manager finds the state of a replica to be another one.</summary>
    CheckpointDiffers,

    /// <summary>A manager starts its replica's process again.</summary>
    Restarting,

    /// <summary>The charge was not confirmed.</summary>
    Dismissed,

    /// <summary>The managers agree.</summary>
    ReplacementDecided,

    /// <summary>It is this replica's turn.</summary>
    ReplacementStarted,

    /// <summary>The new incarnation votes.</summary>
    ReplacementDone,

    /// <summary>A person should look.</summary>
    Alarm,

    /// <summary>Replaced too often.</summary>
    Degraded,
}
