namespace Dams.Hosting.Topology;

/// <summary>
/// The paths of a configuration. In memory they are absolute. In a data folder's own file they are relative to that folder, so that the
/// folder can be copied and moved.
/// </summary>
internal static class TopologyPaths
{
    /// <summary>Whether a path is the folder itself or lies in it. Both paths are absolute.</summary>
    public static bool Holds(string folder, string path) =>
        (path + Path.DirectorySeparatorChar).StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar,
            ClusterTopology.PathComparison);

    /// <summary>
    /// The text of a path for a file whose relative paths start at <paramref name="folder"/>: relative if the path lies in that folder,
    /// else absolute.
    /// </summary>
    public static string Written(string path, string? folder) => folder is not null && Holds(folder, path)
        ? Path.GetRelativePath(folder, path) : path;

    /// <summary>The same cluster in another data folder. Paths outside the former data folder stay as they are.</summary>
    public static ClusterTopology MovedTo(ClusterTopology topology, string folder)
    {
        var former = topology.DataFolder;
        return topology with
        {
            DataFolder = folder,
            KeyFile = Moved(topology.KeyFile),
            Replicas = [.. topology.Replicas.Select(replica => replica with { DataFolder = Moved(replica.DataFolder) })],
            Log = topology.Log with { Folder = Moved(topology.Log.Folder) },
            Users = AccessSection.Moved(topology.Users, Moved),
        };

        string Moved(string path) => Holds(former, path) ? Path.GetFullPath(Path.GetRelativePath(former, path), folder) : path;
    }
}
