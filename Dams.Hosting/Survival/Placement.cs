using System.Collections.Immutable;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.Hosting.Survival;

/// <summary>A process and the name of the host where it stands.</summary>
public sealed record PlacedNode(NodeId Id, string Host);

/// <summary>Which processes of a cluster stand on which host. Immutable.</summary>
/// <param name="nodes">All processes; sequencers in the order of preference.</param>
/// <param name="isStrict">Whether a write waits for a third equal reply.</param>
/// <param name="isDurable">Whether members are durable, and so check each other's folders.</param>
public sealed class Placement(IEnumerable<PlacedNode> nodes, bool isStrict = false, bool isDurable = true)
{
    /// <summary>All processes, in the order of the configuration.</summary>
    public ImmutableArray<PlacedNode> Nodes { get; } = [.. nodes];

    /// <summary>Whether a write waits for a third equal reply.</summary>
    public bool IsStrict { get; } = isStrict;

    /// <summary>Whether members check each other's folders at a start.</summary>
    public bool IsDurable { get; } = isDurable;

    /// <summary>The hosts that have a process, by name.</summary>
    public ImmutableArray<string> Hosts => [.. Nodes.Select(node => node.Host).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The view of the replicas in which all vote: K and Q are its.</summary>
    public View View => SurvivingGroup.ViewOf(Of(NodeRole.Replica).Select(node => node.Id.Number));

    /// <summary>
    /// The placement of a configuration. Without a table of hosts, the addresses where the processes listen stand for the hosts.
    /// </summary>
    public static Placement Of(ClusterTopology topology) => new(
        topology.Nodes.Select(node => new PlacedNode(node.Id, node.Host ?? node.Address.Host.Text)),
        topology.Strict, topology.Durability == Ordering.Storage.Durability.Disk);

    /// <summary>The processes of a role.</summary>
    public ImmutableArray<PlacedNode> Of(NodeRole role) => [.. Nodes.Where(node => node.Id.Role == role)];
}
