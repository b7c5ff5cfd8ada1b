using System.Collections.Immutable;

namespace Dams.Hosting.Topology;

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
