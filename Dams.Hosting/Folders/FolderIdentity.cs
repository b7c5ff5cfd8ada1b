using System.Collections.Immutable;
using Dams.Hosting.Topology;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Folders;

/// <summary>The identity of a data folder, as its file records it.</summary>
/// <param name="Instance">The cluster that the folder is.</param>
/// <param name="Place">Where the folder was when the file was written.</param>
/// <param name="Shape">The part of the configuration that the folder was made for.</param>
/// <param name="Keys">The fingerprints of the keys that were last used.</param>
internal sealed record FolderIdentity(ClusterInstance Instance, FolderPlace Place, FolderShape Shape, ImmutableArray<string> Keys);

/// <summary>
/// The part of the configuration that a data folder is bound to, because these replicas wrote its logs for this cluster. Ports, versions,
/// front ends and sequencers may change.
/// </summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Durability">Whether acknowledged bookings are on disk.</param>
/// <param name="Replicas">The ids of the replicas, sorted by number. The managers have the same numbers.</param>
internal sealed record FolderShape(string Cluster, Durability Durability, ImmutableArray<string> Replicas)
{
    public static FolderShape Of(ClusterTopology topology) =>
        new(topology.Cluster, topology.Durability,
            [.. topology.Replicas.OrderBy(replica => replica.Id).Select(replica => replica.Id.ToString())]);

    /// <summary>The settings in which a configuration contradicts a folder of this shape; empty if it fits.</summary>
    public IEnumerable<TopologyProblem> ProblemsOf(ClusterTopology topology)
    {
        var said = Of(topology);
        if (said.Cluster != Cluster)
            yield return Problem("$.cluster", $"is \"{said.Cluster}\"", $"\"{Cluster}\"");
        if (said.Durability != Durability)
            yield return Problem("$.durability", $"is {Word(said.Durability)}", Word(Durability));
        if (!said.Replicas.SequenceEqual(Replicas))
            yield return Problem("$.replicas", $"has {string.Join(", ", said.Replicas)}", string.Join(", ", Replicas));

        TopologyProblem Problem(string path, string wrong, string expected) =>
            new(path, wrong, $"{expected}, which {topology.DataFolder} was made for");
    }

    public bool Equals(FolderShape? other) =>
        other is not null && Cluster == other.Cluster && Durability == other.Durability && Replicas.SequenceEqual(other.Replicas);

    public override int GetHashCode() => HashCode.Combine(Cluster, Durability, Replicas.Length);

    public static string Word(Durability durability) => durability == Durability.Memory ? "memory" : "disk";
}
