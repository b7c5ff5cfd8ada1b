using System.Collections.Immutable;
using Dams.Ordering;

namespace Dams.Hosting.Survival;

/// <summary>The meaning of a loss of hosts, as long as they are away. It follows from <see cref="LossRules"/>.</summary>
/// <param name="Hosts">The hosts that are lost.</param>
/// <param name="Nodes">The processes that are away until the hosts are back.</param>
public sealed record LossVerdict(ImmutableArray<string> Hosts, ImmutableArray<NodeId> Nodes)
{
    /// <summary>Whether clients' calls go on.</summary>
    public required CallsAfterLoss Calls { get; init; }

    /// <summary>Why calls stop, or may stop; null if they go on.</summary>
    public required StopReason? Reason { get; init; }

    /// <summary>Whether one of the lost sequencers may be the one that leads, so that another must take over.</summary>
    public required bool NeedsFailOver { get; init; }

    /// <summary>
    /// Whether another sequencer can take over: from a lost one if sequencers are lost, else from one that fails later.
    /// </summary>
    public required FailOver FailOver { get; init; }

    /// <summary>Whether one wrong replica among those that are left is outvoted.</summary>
    public required bool OutvotesWrong { get; init; }

    /// <summary>Whether the managers that are left can have it replaced.</summary>
    public required bool ReplacesWrong { get; init; }

    /// <summary>
    /// Whether a replica that is left can restart. A replica that starts works only when others have confirmed that its folder is the
    /// newest.
    /// </summary>
    public required bool AllowsRestart { get; init; }

    /// <summary>Whether strict writes wait for the limit on late replies: there are too few replicas for a third equal one.</summary>
    public required bool DelaysStrictWrites { get; init; }

    /// <summary>The sequencers that are left.</summary>
    public required ImmutableArray<NodeId> Sequencers { get; init; }

    /// <summary>The number of replicas that are left.</summary>
    public required int Replicas { get; init; }
}

/// <summary>Whether clients' calls go on after a loss.</summary>
public enum CallsAfterLoss
{
    /// <summary>They go on, after a failover if one is needed.</summary>
    GoOn,

    /// <summary>They go on only if the sequencer that leads is not among the lost ones. Otherwise no other can take over.</summary>
    GoOnIfLedElsewhere,

    /// <summary>They stop.</summary>
    Stop,
}

/// <summary>Whether a sequencer can take over from another.</summary>
public enum FailOver
{
    /// <summary>At once.</summary>
    Possible,

    /// <summary>
    /// When the managers have had a lost replica ordered out: then fewer promises are enough. A front end suspects a replica only when
    /// clients call.
    /// </summary>
    Later,

    /// <summary>Not before lost replicas or sequencers are back.</summary>
    Impossible,
}

/// <summary>Why calls stop.</summary>
public enum StopReason
{
    /// <summary>No front end is left.</summary>
    NoFrontEnd,

    /// <summary>No sequencer is left.</summary>
    NoSequencer,

    /// <summary>Fewer replicas are left than equal replies, or disks, are needed.</summary>
    TooFewReplicas,

    /// <summary>The lost sequencer leads, and the replicas that are left are fewer than the promises that another one needs.</summary>
    TooFewPromises,
}
