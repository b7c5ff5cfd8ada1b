using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.Hosting.Folders;

/// <summary>
/// Records which cluster works on a process's folder that is outside the data folder. Two configurations may name the same folder by
/// mistake, and neither data folder's lock or identity shows that. A copy of such a folder has no owner. Write the record only while the
/// process's lock is held.
/// </summary>
internal static class FolderOwner
{
    private const string FileName = "owner";

    /// <summary>Records the owner of a process's folder if the folder is outside the data folder.</summary>
    /// <exception cref="DataFolderException">The folder belongs to another cluster.</exception>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static void Claim(ClusterTopology topology, NodeId id, ClusterInstance instance)
    {
        if (!topology.KeptElsewhere().Any(kept => kept.Owner == id.ToString()))
            return;
        if (ProblemOf(topology, id.ToString(), topology.FolderOf(id), instance) is { } problem)
            throw new DataFolderException(problem);
        var folder = topology.FolderOf(id);
        WholeFile.Write(Path.Combine(folder, FileName), $"{instance}\n{FolderPlace.Of(folder)}\n", isDurable: true);
    }

    /// <summary>Finds the folders outside the data folder that belong to another cluster: one line each, with what to do.</summary>
    /// <param name="topology">The configuration; it names the folders.</param>
    /// <param name="instance">The cluster's identity; <c>default</c> if the data folder has none yet.</param>
    public static IEnumerable<string> ProblemsOf(ClusterTopology topology, ClusterInstance instance) =>
        topology.KeptElsewhere().Select(kept => ProblemOf(topology, kept.Owner, kept.Path, instance)).OfType<string>();

    private static string? ProblemOf(ClusterTopology topology, string id, string folder, ClusterInstance instance)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        var lines = File.ReadAllText(path).Split('\n');
        var isAnothers = lines.Length == 3 && ClusterInstance.TryParse(lines[0], out var owner) && owner != instance
            && FolderPlace.TryParse(lines[1], out var place) && place.IsSameAs(FolderPlace.Of(folder));
        return isAnothers
            ? $"{folder}, the folder of {id}, belongs to another cluster than {topology.DataFolder}: "
                + $"name another folder in {ClusterTopology.FileName}. "
                + $"If it is this cluster's own, because {DataFolderFiles.Identity} was lost or the data folder was moved, delete {path}."
            : null;
    }
}
