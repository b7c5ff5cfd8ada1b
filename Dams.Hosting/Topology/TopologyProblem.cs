using System.Collections.Immutable;

namespace Dams.Hosting.Topology;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Path">The place of the problem: a JSON path such as <c>$.replicas[2].port</c>, or the path of the file.</param>
/// <param name="Wrong">The text that says what is there, such as <c>is 7</c>.</param>
/// <param name="Expected">The text that says what should be there.</param>
public sealed record TopologyProblem(string Path, string Wrong, string Expected)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Path}: {Wrong}; expected {Expected}";
}

/// <summary>The result of reading a configuration: a topology, or everything that is wrong with the text.</summary>
/// <param name="Topology">The topology; null exactly if there are problems.</param>
/// <param name="Problems">First the problems of single settings, in the order of the text; then those of the whole.</param>
public sealed record TopologyReading(ClusterTopology? Topology, ImmutableArray<TopologyProblem> Problems)
{
    /// <summary>
    /// The data folder that the text names, if the reader did not follow it; else null. The file then lies in another data folder, into
    /// which it was copied or moved, and describes that one.
    /// </summary>
    public string? WrittenFor { get; init; }
}
