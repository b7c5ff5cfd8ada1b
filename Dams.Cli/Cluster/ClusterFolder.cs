using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.Cli.Cluster;

/// <summary>The data folder of a cluster that <c>dams up</c> runs. Call its methods only while <c>up.lock</c> is held.</summary>
internal static class ClusterFolder
{
    // A manager needs five seconds to end a replica that hangs, and then stops itself.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    /// <summary>Ends the processes that an earlier run of this very folder has left, even a run with another configuration.</summary>
    /// <returns>How many processes it has ended.</returns>
    public static async Task<int> StopLeftoversAsync(ClusterTopology topology)
    {
        var found = FoldersOf(topology).Select(node => PidFile.FindRunning(node.Path, node.Id.ToString()))
            .OfType<ProcessIdentity>().Distinct();
        return (await ProcessSignal.StopAllAsync(found, StopGrace, TimeProvider.System)).Count;
    }

    /// <summary>
    /// The processes' own folders: those that the configuration names, and all in the data folder that have a process's name.
    /// </summary>
    public static IReadOnlyList<(NodeId Id, string Path)> FoldersOf(ClusterTopology topology) =>
    [
        .. topology.Nodes.Select(node => (node.Id, topology.FolderOf(node.Id)))
            .Union(FoldersIn(topology.DataFolder).Select(path => (NodeId.TryParse(Path.GetFileName(path), out var id) ? id : default, path))
                .Where(found => found.Item1 != default)),
    ];

    internal static IEnumerable<string> FoldersIn(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal) : [];
}
