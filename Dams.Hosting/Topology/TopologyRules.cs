using System.Collections.Immutable;
using System.Globalization;
using Dams.Ordering;

namespace Dams.Hosting.Topology;

/// <summary>Checks the rules that hold between the parts of a configuration.</summary>
internal static class TopologyRules
{
    public static void Check(ClusterTopology topology, List<TopologyProblem> problems)
    {
        var places = Places(topology).ToList();
        CheckIds(places, problems);
        HostRules.Check(topology, places, problems);
        CheckManagers(topology, problems);
        CheckFolders(topology, places, problems);
    }

    private static IEnumerable<(string Path, ClusterNode Node)> Places(ClusterTopology topology) =>
    [
        .. Of("frontEnds", topology.FrontEnds),
        .. Of("sequencers", topology.Sequencers),
        .. Of("replicas", topology.Replicas.CastArray<ClusterNode>()),
        .. Of("managers", topology.Managers),
    ];

    private static IEnumerable<(string Path, ClusterNode Node)> Of(string name, ImmutableArray<ClusterNode> nodes) =>
        nodes.Select((node, i) => (string.Create(CultureInfo.InvariantCulture, $"$.{name}[{i}]"), node));

    private static void CheckIds(List<(string Path, ClusterNode Node)> places, List<TopologyProblem> problems)
    {
        var firsts = new Dictionary<NodeId, string>();
        foreach (var (path, node) in places)
        {
            if (!firsts.TryAdd(node.Id, path))
                problems.Add(new TopologyProblem(path + ".id", $"is {node.Id}, as {firsts[node.Id]} is", "an id of its own"));
        }
    }

    private static void CheckManagers(ClusterTopology topology, List<TopologyProblem> problems)
    {
        var replicas = topology.Replicas.Select(replica => replica.Id.Number).ToHashSet();
        var managers = topology.Managers.Select(manager => manager.Id.Number).ToHashSet();
        foreach (var number in replicas.Except(managers).Order())
            problems.Add(new TopologyProblem("$.managers", $"has no manager{number} for replica{number}", "one manager for each replica"));
        foreach (var number in managers.Except(replicas).Order())
        {
            problems.Add(new TopologyProblem(
                "$.managers", $"has manager{number}, and there is no replica{number}", "one manager for each replica"));
        }
    }

    // The folder of a replaced replica is moved aside, and so are the folders of a cluster that is emptied. Neither move may take along the
    // folder of another process.
    private static void CheckFolders(ClusterTopology topology, List<(string Path, ClusterNode Node)> places, List<TopologyProblem> problems)
    {
        foreach (var (path, node) in places.Where(place => place.Node is ReplicaNode))
        {
            var folder = topology.FolderOf(node.Id);
            if (TopologyPaths.Holds(folder, topology.DataFolder))
            {
                problems.Add(new TopologyProblem(
                    path + ".dataFolder", $"is {folder}, which holds the cluster's own folder", "a folder of its own"));
            }

            foreach (var (_, other) in places.Where(place => place.Node.Id != node.Id
                && TopologyPaths.Holds(folder, topology.FolderOf(place.Node.Id))))
            {
                problems.Add(new TopologyProblem(
                    path + ".dataFolder", $"is {folder}, which holds the folder of {other.Id}", "a folder of its own"));
            }

            if (TopologyPaths.Holds(folder, topology.Log.Folder) || TopologyPaths.Holds(folder, topology.KeyFile))
            {
                problems.Add(new TopologyProblem(
                    path + ".dataFolder", $"is {folder}, which holds the logs or the key", "a folder of its own"));
            }
        }
    }
}
