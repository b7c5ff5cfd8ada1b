using System.Text.Json.Serialization;

namespace Dams.ReplicaManager.Agreement;

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

    /// <summary>The number of the newest view of the replicas in which a voting manager saw the accused.</summary>
    public long View { get; init; }

    /// <summary>The checkpoint at which the state was seen to differ; 0 if that is not the charge.</summary>
    [JsonIgnore]
    public long Checkpoint => Kind == CaseKind.State && Sequences is [var at] ? at : 0;

    public bool HasVoted(byte manager) => ((Guilty | Innocent) & (1u << manager)) != 0;
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
