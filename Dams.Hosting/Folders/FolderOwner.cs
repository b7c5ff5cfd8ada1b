using Dams.Contracts.Topology;
using Dams.Hosting.Processes;

namespace Dams.Hosting.Folders;

/// <summary>
/// Which cluster works on a process's folder that is outside the data folder: two configurations may name the same one by mistake, and
/// neither data folder's lock or identity says so. A copy of such a folder has no owner. Write while the process's lock is held.
/// </summary>
internal static class FolderOwner
{
    private const string FileName = "owner";

    /// <summary>Notes the owner of a process's folder if that is outside the data folder.</summary>
    /// <exception cref="DataFolderException">It belongs to another cluster.</exception>
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

    /// <summary>The folders outside the data folder that belong to another cluster, a line each, with what to do.</summary>
    /// <param name="topology">The configuration.</param>
    /// <param name="instance">Which cluster it is; none if the data folder does not know yet.</param>
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
            ? $"{folder}, the folder of {id}, belongs to another cluster than {topology.DataFolder}: name another folder in {ClusterTopology.FileName}. "
                + $"If it is this cluster's own, because {DataFolderFiles.Identity} was lost or the data folder was moved, delete {path}."
            : null;
    }
}
