namespace Dams.Ordering.Protocol;

/// <summary>K and Q of a view as the sequencer counts them. A test can take either out.</summary>
internal static class Quorum
{
    /// <summary>Q: how many promises, and installs, a new epoch needs.</summary>
    public static int OfEpoch(GroupOptions options, View view) =>
        options.Mutant == Mutant.EpochQuorumOfTwo ? Math.Min(2, view.Voters) : view.EpochQuorum;

    /// <summary>K: how many members have an entry on disk before it is committed.</summary>
    public static int OfCommit(GroupOptions options, View view) => options.Mutant == Mutant.CommitQuorumOfOne ? 1 : view.CommitQuorum;
}
