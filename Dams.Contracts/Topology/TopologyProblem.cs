using System.Collections.Immutable;

namespace Dams.Contracts.Topology;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Path">Where: a JSON path such as <c>$.replicas[2].port</c>.</param>
/// <param name="Wrong">What is there.</param>
/// <param name="Expected">What should be there.</param>
public sealed record TopologyProblem(string Path, string Wrong, string Expected)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Path}: {Wrong}; expected {Expected}";
}

/// <summary>What came of reading a configuration: a topology, or everything that is wrong with the text.</summary>
/// <param name="Topology">Null exactly if there are problems.</param>
/// <param name="Problems">In the order of the text, then those of the whole.</param>
public sealed record TopologyReading(ClusterTopology? Topology, ImmutableArray<TopologyProblem> Problems)
{
    /// <summary>
    /// The data folder that the text names, if it was not followed: the file lies in another data folder, into which it was copied or
    /// moved, and describes that one.
    /// </summary>
    public string? WrittenFor { get; init; }
}
