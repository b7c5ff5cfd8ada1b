using System.Net;
using Dams.Contracts.Topology;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using NodeId = Dams.Ordering.NodeId;
using NodeRole = Dams.Contracts.Topology.NodeRole;

namespace Dams.Hosting.Cluster;

/// <summary>What the configuration means to the ordering layer, which has never heard of it.</summary>
public static class ClusterGroups
{
    /// <summary>The group of the replicas.</summary>
    public static GroupOptions ReplicasOf(ClusterTopology topology) => new()
    {
        Group = GroupId.Replicas,
        Members = [.. topology.Replicas.Select(node => (byte)node.Id.Number).Order()],
        Sequencers = [.. topology.Sequencers.Select(node => (byte)node.Id.Number)],
        FrontEnds = [.. topology.FrontEnds.Select(node => (byte)node.Id.Number)],
        IsDurable = topology.Durability == Durability.Disk,
    };

    /// <summary>The group of the replica managers, ordered by the same sequencer processes.</summary>
    public static GroupOptions ManagersOf(ClusterTopology topology) => ReplicasOf(topology) with
    {
        Group = GroupId.Managers,
        Members = [.. topology.Managers.Select(node => (byte)node.Id.Number).Order()],
    };

    /// <summary>A process's name on the network.</summary>
    public static NodeId Of(Contracts.Topology.NodeId id) => new(id.Role switch
    {
        NodeRole.FrontEnd => Ordering.NodeRole.FrontEnd,
        NodeRole.Sequencer => Ordering.NodeRole.Sequencer,
        NodeRole.Replica => Ordering.NodeRole.Replica,
        _ => Ordering.NodeRole.Manager,
    }, (byte)id.Number);

    /// <summary>Where every process listens with UDP.</summary>
    public static IReadOnlyDictionary<NodeId, IPEndPoint> AddressesOf(ClusterTopology topology) =>
        topology.Nodes.ToDictionary(node => Of(node.Id), node => node.Listen.ToEndPoint());
}
