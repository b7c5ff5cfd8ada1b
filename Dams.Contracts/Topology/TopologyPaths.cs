namespace Dams.Contracts.Topology;

/// <summary>
/// The paths of a configuration: in memory they are absolute, in a data folder's own file they are relative to that folder, so that the
/// folder can be copied and moved.
/// </summary>
internal static class TopologyPaths
{
    /// <summary>Whether a path is a folder or in it. Both are absolute.</summary>
    public static bool Holds(string folder, string path) =>
        (path + Path.DirectorySeparatorChar).StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar,
            ClusterTopology.PathComparison);

    /// <summary>
    /// How a path is written in a file whose relative paths start at a folder: relative if it is in that folder, else absolute.
    /// </summary>
    public static string Written(string path, string? folder) => folder is not null && Holds(folder, path)
        ? Path.GetRelativePath(folder, path) : path;

    /// <summary>The same cluster in another data folder. Paths outside the former one stay as they are.</summary>
    public static ClusterTopology MovedTo(ClusterTopology topology, string folder)
    {
        var former = topology.DataFolder;
        return topology with
        {
            DataFolder = folder,
            KeyFile = Moved(topology.KeyFile),
            Replicas = [.. topology.Replicas.Select(replica => replica with { DataFolder = Moved(replica.DataFolder) })],
            Log = topology.Log with { Folder = Moved(topology.Log.Folder) },
        };

        string Moved(string path) => Holds(former, path) ? Path.GetFullPath(Path.GetRelativePath(former, path), folder) : path;
    }
}
