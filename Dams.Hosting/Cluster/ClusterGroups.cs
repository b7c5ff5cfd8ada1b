using System.Net;
using Dams.Contracts.Topology;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using NodeId = Dams.Ordering.NodeId;
using NodeRole = Dams.Contracts.Topology.NodeRole;

namespace Dams.Hosting.Cluster;

/// <summary>Translates the configuration for the ordering layer, which does not know it.</summary>
public static class ClusterGroups
{
    /// <summary>The options of the replicas' group.</summary>
    public static GroupOptions ReplicasOf(ClusterTopology topology) => new()
    {
        Group = GroupId.Replicas,
        Members = [.. topology.Replicas.Select(node => (byte)node.Id.Number).Order()],
        Sequencers = [.. topology.Sequencers.Select(node => (byte)node.Id.Number)],
        FrontEnds = [.. topology.FrontEnds.Select(node => (byte)node.Id.Number)],
        IsDurable = topology.Durability == Durability.Disk,
    };

    /// <summary>The options of the managers' group. The same sequencer processes order it.</summary>
    public static GroupOptions ManagersOf(ClusterTopology topology) => ReplicasOf(topology) with
    {
        Group = GroupId.Managers,
        Members = [.. topology.Managers.Select(node => (byte)node.Id.Number).Order()],
    };

    /// <summary>The id that a process has in the ordering layer.</summary>
    public static NodeId Of(Contracts.Topology.NodeId id) => new(id.Role switch
    {
        NodeRole.FrontEnd => Ordering.NodeRole.FrontEnd,
        NodeRole.Sequencer => Ordering.NodeRole.Sequencer,
        NodeRole.Replica => Ordering.NodeRole.Replica,
        _ => Ordering.NodeRole.Manager,
    }, (byte)id.Number);

    /// <summary>The UDP address of every process.</summary>
    public static IReadOnlyDictionary<NodeId, IPEndPoint> AddressesOf(ClusterTopology topology) =>
        topology.Nodes.ToDictionary(node => Of(node.Id), node => node.Listen.ToEndPoint());
}
