using Dams.Ordering;

namespace Dams.Tests.Simulation;

/// <summary>A loss of hosts that a run shows: what is lost, and what is tried afterwards.</summary>
/// <param name="Lost">The processes that are lost at the same moment, for good.</param>
internal sealed record LossCase(IReadOnlyCollection<NodeId> Lost)
{
    /// <summary>When the sequencer that leads is lost as well; null for never.</summary>
    public TimeSpan? LeaderDiesAfter { get; init; }

    /// <summary>A replica that is left, and that is killed and started again after four seconds; null for none.</summary>
    public byte? Restarted { get; init; }

    /// <summary>How long the run goes on after the loss.</summary>
    public required TimeSpan Watched { get; init; }

    /// <summary>Whether the run has shown what it is for, and may end before its time.</summary>
    public Func<LossOutcome, bool> IsOver { get; init; } = static _ => false;
}
