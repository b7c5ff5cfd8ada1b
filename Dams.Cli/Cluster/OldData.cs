using System.Globalization;
using System.Text.RegularExpressions;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;

namespace Dams.Cli.Cluster;

/// <summary>
/// Sets the old data aside for <c>--fresh</c>: the processes' folders, and the folders that managers have set aside before. They go into
/// one folder <c>old-N</c> of the data folder. A replica's folder outside it stays there under the same number. Either all of them move,
/// or none: the next start undoes a move that was cut off. The last two are kept. Call its methods only while <c>up.lock</c> is held.
/// </summary>
internal static partial class OldData
{
    private const int KeptMax = 2;
    private const string Unfinished = ".part";

    /// <summary>
    /// Whether there is anything to set aside. Only a folder that one of our processes has worked on counts, not one that a configuration
    /// merely names.
    /// </summary>
    public static bool IsThere(ClusterTopology topology) => Find(topology).Count > 0;

    /// <summary>Sets the old data aside.</summary>
    /// <returns>Sentences for the operator: where the data is now, and what was deleted.</returns>
    /// <exception cref="IOException">A folder can't be moved; everything is as it was before.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder can't be moved; everything is as it was before.</exception>
    public static IReadOnlyList<string> SetAside(ClusterTopology topology)
    {
        var found = Find(topology);
        if (found.Count == 0)
            return [];
        var number = OldIn(topology.DataFolder).Concat(found.SelectMany(node => OldOf(node.Path)))
            .Select(old => old.Number).DefaultIfEmpty().Max() + 1;
        var target = Named(Path.Combine(topology.DataFolder, "old"), number);
        Directory.CreateDirectory(target + Unfinished);
        try
        {
            foreach (var (path, name) in found)
                Directory.Move(path, topology.Keeps(path) ? Path.Combine(target + Unfinished, name) : Named(path + ".old", number));
            Directory.Move(target + Unfinished, target);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Undo(topology, target + Unfinished, number);
            throw;
        }

        // Only this file says which cluster the folder was. Without it the folder is another cluster from now on.
        var identity = Path.Combine(topology.DataFolder, DataFolderFiles.Identity);
        if (File.Exists(identity))
            File.Move(identity, Path.Combine(target, DataFolderFiles.Identity));
        return
        [
            $"The old data is in {target}.",
            .. found.Where(node => !topology.Keeps(node.Path))
                .Select(node => $"The old data of {node.Name} is in {Named(node.Path + ".old", number)}."),
            .. DeleteOlder(OldIn(topology.DataFolder).Where(old => IsOurs(old.Path))),
            .. found.Where(node => !topology.Keeps(node.Path)).SelectMany(node => DeleteOlder(OldOf(node.Path)
                .Where(old => PidFile.WasHeld(old.Path, node.Name)))),
        ];
    }

    /// <summary>Undoes a move that was cut off, so that no start finds some folders and not the others.</summary>
    /// <exception cref="IOException">A folder can't be moved.</exception>
    public static void UndoUnfinished(ClusterTopology topology)
    {
        foreach (var part in ClusterFolder.FoldersIn(topology.DataFolder)
            .Where(path => path.EndsWith(Unfinished, StringComparison.Ordinal)))
        {
            if (NumberOf(Path.GetFileNameWithoutExtension(part), "old-") is { } number)
                Undo(topology, part, number);
        }
    }

    private static void Undo(ClusterTopology topology, string part, int number)
    {
        var homes = topology.Nodes.ToDictionary(node => node.Id.ToString(), node => topology.FolderOf(node.Id));
        foreach (var path in Directory.EnumerateDirectories(part))
        {
            var name = Path.GetFileName(path);
            Directory.Move(path, homes.GetValueOrDefault(name) ?? Path.Combine(topology.DataFolder, name));
        }

        foreach (var home in homes.Values.Where(home => !topology.Keeps(home) && !Directory.Exists(home)
            && Directory.Exists(Named(home + ".old", number))))
            Directory.Move(Named(home + ".old", number), home);
        Directory.Delete(part);
    }

    private static List<(string Path, string Name)> Find(ClusterTopology topology) =>
    [
        .. ClusterFolder.FoldersOf(topology).Where(node => PidFile.WasHeld(node.Path, node.Id.ToString()))
            .Select(node => (node.Path, node.Id.ToString())),
        .. ClusterFolder.FoldersIn(topology.DataFolder).Select(path => (path, Path.GetFileName(path)))
            .Where(found => Evidence().IsMatch(found.Item2)),
    ];

    private static string Named(string path, int number) => string.Create(CultureInfo.InvariantCulture, $"{path}-{number}");

    private static List<(string Path, int Number)> OldIn(string folder) => Numbered(folder, "old-");

    private static List<(string Path, int Number)> OldOf(string folder) =>
        Numbered(Path.GetDirectoryName(folder)!, Path.GetFileName(folder) + ".old-");

    private static List<(string Path, int Number)> Numbered(string folder, string prefix) =>
    [
        .. ClusterFolder.FoldersIn(folder).Select(path => (Path: path, Number: NumberOf(Path.GetFileName(path), prefix)))
            .Where(old => old.Number is not null).Select(old => (old.Path, old.Number!.Value)).OrderBy(old => old.Value),
    ];

    private static int? NumberOf(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // A folder of somebody else may have such a name.
    private static bool IsOurs(string old) => ClusterFolder.FoldersIn(old).Any(path => PidFile.WasHeld(path, Path.GetFileName(path)));

    private static List<string> DeleteOlder(IEnumerable<(string Path, int Number)> olds)
    {
        var said = new List<string>();
        foreach (var (path, _) in olds.SkipLast(KeptMax))
        {
            Directory.Delete(path, recursive: true);
            said.Add($"{path}, which was set aside before, is deleted: only the last two are kept.");
        }

        return said;
    }

    // Folders that managers have set aside beside a replica's folder.
    [GeneratedRegex("^replica[1-9][0-9]*\\.(aside|useless)-[0-9]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Evidence();
}
