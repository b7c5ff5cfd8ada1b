using Dams.Contracts.Topology;
using Dams.Hosting.Processes;

namespace Dams.Cli.Cluster;

/// <summary>The data folder of a cluster that <c>dams up</c> runs.</summary>
internal static class ClusterFolder
{
    // A manager needs five seconds to end a replica that hangs, and then stops itself.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    /// <summary>Ends what an earlier run of this folder has left, be it a run of another shape.</summary>
    /// <returns>How many processes that were.</returns>
    public static async Task<int> StopLeftoversAsync(ClusterTopology topology)
    {
        var found = Earlier(topology).SelectMany(PidFile.FindRunning).Select(found => found.Process).Distinct();
        return (await ProcessSignal.StopAllAsync(found, StopGrace, TimeProvider.System)).Count;
    }

    /// <summary>
    /// Deletes the processes' own folders. Only a folder that one of our processes has worked on is deleted, never one that a configuration merely names.
    /// </summary>
    public static void Empty(ClusterTopology topology)
    {
        foreach (var earlier in Earlier(topology))
        {
            foreach (var node in earlier.Nodes)
            {
                var folder = earlier.FolderOf(node.Id);
                if (PidFile.WasHeld(folder, node.Id.ToString()))
                    Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Writes the effective configuration, unless it is the very file that was read.</summary>
    /// <returns>The file that the processes shall read.</returns>
    public static string WriteConfig(ClusterTopology topology, string? source)
    {
        var path = ConfigPath(topology);
        if (source is not null && Path.GetFullPath(source) == path)
            return path;
        WholeFile.Write(path, topology.Write());
        return path;
    }

    private static string ConfigPath(ClusterTopology topology) => Path.Combine(topology.DataFolder, ClusterTopology.FileName);

    // The last run's configuration is still there; it may have had more processes, or other folders.
    private static IEnumerable<ClusterTopology> Earlier(ClusterTopology topology)
    {
        yield return topology;
        if (File.Exists(ConfigPath(topology)) && TopologyReader.ReadFile(ConfigPath(topology)).Topology is { } last)
            yield return last;
    }
}
