using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dams.Hosting.Folders;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;

namespace Dams.Cli.Cluster;

/// <summary>
/// The configuration in a data folder. <c>dams up</c> writes it once, and reads it from then on. A file beside it has the digest of what
/// was written, so that a file that a person has edited is never overwritten. Call its methods only while <c>up.lock</c> is held.
/// </summary>
internal static class FolderConfig
{
    /// <summary>The file of the digest, in the form of <c>sha256sum</c>.</summary>
    public const string DigestName = ClusterTopology.FileName + ".sha256";

    /// <summary>Throws if the folder has a configuration of a person's that says something else than the one to run.</summary>
    /// <param name="topology">The configuration to run.</param>
    /// <param name="source">The file that it was read from; null for the default cluster.</param>
    /// <exception cref="DataFolderException">A person has edited the folder's file, and it says something else.</exception>
    /// <exception cref="IOException">The folder's file can't be read.</exception>
    public static void Check(ClusterTopology topology, string? source)
    {
        var path = PathOf(topology);
        if (IsThatFile(source, path) || !File.Exists(path) || IsAsWritten(path))
            return;
        var there = TopologyReader.ReadFile(path);
        if (there.Topology is not { } edited)
        {
            throw new DataFolderException(
            [
                .. there.Problems.Select(problem => $"{path}: {problem}"),
                $"A person may have edited {path}, so it is not overwritten: correct it, or move it elsewhere.",
            ]);
        }

        if (FindDifference(topology.Write(topology.DataFolder), edited.Write(topology.DataFolder)) is var (setting, wanted, found))
        {
            throw new DataFolderException($"--config {source} contradicts {path}, which a person may have edited: "
                + $"{setting} is {wanted} in the former and {found} in the latter. Move {path} elsewhere to use the former, "
                + $"or start with --data {topology.DataFolder} to use the latter.");
        }
    }

    /// <summary>Writes the configuration to run, unless the folder's own file says it already. Call <see cref="Check"/> before.</summary>
    /// <returns>The file that the processes must read.</returns>
    public static string Write(ClusterTopology topology, string? source)
    {
        var path = PathOf(topology);
        var text = topology.Write(topology.DataFolder);
        if (IsThatFile(source, path) || (File.Exists(path) && !IsAsWritten(path) && File.ReadAllText(path) != text))
            return path;
        WholeFile.Write(path, text, isDurable: true);
        WholeFile.Write(DigestOf(path), LineOf(text));
        return path;
    }

    private static string PathOf(ClusterTopology topology) => Path.Combine(topology.DataFolder, ClusterTopology.FileName);

    private static string DigestOf(string path) => Path.Combine(Path.GetDirectoryName(path)!, DigestName);

    private static bool IsThatFile(string? source, string path) => source is not null && Path.GetFullPath(source) == path;

    private static bool IsAsWritten(string path) =>
        File.Exists(DigestOf(path)) && File.ReadAllText(DigestOf(path)) == LineOf(File.ReadAllText(path));

    private static string LineOf(string text) =>
        $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}  {ClusterTopology.FileName}\n";

    private static (string Setting, string Wanted, string Found)? FindDifference(string wanted, string found)
    {
        using var one = JsonDocument.Parse(wanted);
        using var other = JsonDocument.Parse(found);
        var (left, right) = (Flatten(one.RootElement, "$"), Flatten(other.RootElement, "$"));
        foreach (var setting in left.Keys.Union(right.Keys))
        {
            var (mine, theirs) = (left.GetValueOrDefault(setting, "absent"), right.GetValueOrDefault(setting, "absent"));
            if (mine != theirs)
                return (setting, mine, theirs);
        }

        return null;
    }

    private static Dictionary<string, string> Flatten(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .SelectMany(property => Flatten(property.Value, $"{path}.{property.Name}")).ToDictionary(),
        JsonValueKind.Array => element.EnumerateArray()
            .SelectMany((item, i) => Flatten(item, FormattableString.Invariant($"{path}[{i}]"))).ToDictionary(),
        _ => new Dictionary<string, string> { [path] = element.ToString() },
    };
}
