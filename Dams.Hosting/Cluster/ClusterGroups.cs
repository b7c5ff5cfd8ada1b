using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Cluster;

/// <summary>Translates the configuration for the ordering layer, which does not know it.</summary>
public static class ClusterGroups
{
    /// <summary>The options of the replicas' group.</summary>
    public static GroupOptions ReplicasOf(ClusterTopology topology) => new()
    {
        Group = GroupId.Replicas,
        Members = [.. topology.Replicas.Select(node => node.Id.Number).Order()],
        Sequencers = [.. topology.Sequencers.Select(node => node.Id.Number)],
        FrontEnds = [.. topology.FrontEnds.Select(node => node.Id.Number)],
        IsDurable = topology.Durability == Durability.Disk,
    };

    /// <summary>The options of the managers' group. The same sequencer processes order it.</summary>
    public static GroupOptions ManagersOf(ClusterTopology topology) => ReplicasOf(topology) with
    {
        Group = GroupId.Managers,
        Members = [.. topology.Managers.Select(node => node.Id.Number).Order()],
    };
}
