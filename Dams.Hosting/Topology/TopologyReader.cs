using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Topology;

/// <summary>
/// Reads <c>dams.json</c>. A setting that is left out has the value that <see cref="ClusterTopology.Default"/> gives it. A relative data
/// folder starts at the file's own folder; other relative paths start at the data folder. All problems are reported at once.
/// <c>dams.schema.json</c> beside this class says the same to editors. A <see cref="ClusterTopology.FileName"/> that lies in a data folder
/// describes that folder, whatever absolute path stands in it. The file may be a copy, and must not lead to the original.
/// </summary>
public static partial class TopologyReader
{
    /// <summary>The longest file that is read, in bytes. A configuration of the largest cluster has less than 10 KiB.</summary>
    public const int FileBytesMax = 1024 * 1024;

    private const int JsonDepthMax = 16;
    private const int PathCharactersMax = 1024;
    private const int AllowedHostsMax = 64;
    private const int TrustedProxiesMax = 64;
    private const int VersionsMax = 16;

    /// <summary>The form that the address of a process must have, for messages.</summary>
    public const string LoopbackExpected =
        "a loopback address, such as 127.0.0.1 or ::1; a process on another machine stands on a host of the table \"hosts\"";

    /// <summary>Reads a file. A file that can't be read is a problem, not an exception.</summary>
    /// <param name="path">The file; a relative path starts at the current folder of the process.</param>
    /// <param name="knownVersions">The known engine versions; those of <see cref="KnownVersions"/> if null.</param>
    public static TopologyReading ReadFile(string path, IReadOnlyList<string>? knownVersions = null)
    {
        var file = Path.GetFullPath(path);
        try
        {
            if (Directory.Exists(file))
                return Failed(new TopologyProblem(file, "is a folder", "a configuration file"));
            // Devices and pipes don't say how long they are, so the bytes are counted while they are read.
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[FileBytesMax + 1];
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > FileBytesMax)
            {
                return Failed(new TopologyProblem(
                    file,
                    stream.CanSeek && stream.Length > FileBytesMax ? $"has {stream.Length} bytes" : $"has more than {FileBytesMax} bytes",
                    $"at most {FileBytesMax}"));
            }

            using var reader = new StreamReader(new MemoryStream(bytes, 0, count));
            var folder = Path.GetDirectoryName(file)!;
            return AtHome(Read(reader.ReadToEnd(), folder, knownVersions), file, folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return Failed(new TopologyProblem(file, "can't be read (" + problem.Message + ")", "a configuration file"));
        }
    }

    /// <summary>Reads the text of a configuration.</summary>
    /// <param name="json">JSON; comments and trailing commas are accepted.</param>
    /// <param name="baseFolder">The folder where a relative data folder starts.</param>
    /// <param name="knownVersions">The known engine versions; those of <see cref="KnownVersions"/> if null.</param>
    public static TopologyReading Read(string json, string baseFolder, IReadOnlyList<string>? knownVersions = null) =>
        Read(json, baseFolder, knownVersions, new JsonFindings());

    internal static TopologyReading Read(string json, string baseFolder, IReadOnlyList<string>? knownVersions, JsonFindings findings)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = JsonDepthMax,
            });
        }
        catch (JsonException problem)
        {
            return Failed(new TopologyProblem(
                "$", $"line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1} is not JSON", "a JSON object"));
        }

        using (document)
        {
            var root = new JsonSection(document.RootElement, "$", "", findings);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return Failed([.. findings.Problems]);
            var topology = ReadRoot(root, Path.GetFullPath(baseFolder), knownVersions ?? KnownVersions.Names);
            root.Done();
            TopologyRules.Check(topology, findings.Problems);
            return findings.Problems.Count == 0 ? new TopologyReading(topology, []) : Failed([.. findings.Problems]);
        }
    }

    private static TopologyReading AtHome(TopologyReading reading, string file, string folder) =>
        reading.Topology is { } topology && topology.DataFolder != folder && Path.GetFileName(file) == ClusterTopology.FileName
            && DataFolderFiles.IsDataFolder(folder)
            ? new TopologyReading(TopologyPaths.MovedTo(topology, folder), []) { WrittenFor = topology.DataFolder }
            : reading;

    private static TopologyReading Failed(params ImmutableArray<TopologyProblem> problems) => new(null, problems);

    private static ClusterTopology ReadRoot(JsonSection root, string baseFolder, IReadOnlyList<string> versions)
    {
        root.Text("$schema", "the address of a schema", text => text, "");
        var cluster = root.Text(
            "cluster", "1 to 32 lower-case letters, digits and hyphens", text => ClusterName().IsMatch(text) ? text : null, "dams");
        var dataFolder = ReadPath(root, "dataFolder", baseFolder, ".");
        var defaults = ClusterTopology.Default(dataFolder: dataFolder, versions: versions);
        var keyFile = ReadPath(root, "keyFile", dataFolder, "cluster.key");
        var publicBaseUrl = root.Text<Uri?>("publicBaseUrl", "an http or https address without query", ParseBaseUrl, null);
        var hosts = root.TextList("allowedHosts", "a host name or address, without port", 1, AllowedHostsMax,
            host => Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6);
        var proxies = root.TextList(
            "trustedProxies",
            "an address such as 127.0.0.1, or a network such as 10.1.0.0/16 with zeros after its prefix of at least one bit",
            0,
            TrustedProxiesMax,
            proxy => ParseNetwork(proxy) is not null);
        var places = new PlaceReader(root);
        var frontEnds = root.List(
            "frontEnds", "front ends", 1, ClusterTopology.FrontEndsMax, (node, i) => ReadNode(node, NodeRole.FrontEnd, i, places))
            ?? defaults.FrontEnds;
        var control = root.Section("control", node => places.ReadControl(node, defaults.Control, frontEnds.FirstOrDefault()));
        var sequencers = root.List(
            "sequencers", "sequencers", 1, ClusterTopology.FrontEndsMax, (node, i) => ReadNode(node, NodeRole.Sequencer, i, places));
        var replicas = root.List(
            "replicas", "replicas", 1, ClusterTopology.ReplicasMax, (node, i) => ReadReplica(node, i, dataFolder, versions, places))
            ?? defaults.Replicas;
        var managers = root.List(
            "managers", "managers", 1, ClusterTopology.ReplicasMax, (node, i) => ReadNode(node, NodeRole.Manager, i, places, replicas));
        places.Require(root, "frontEnds", "sequencers", "replicas");
        return new ClusterTopology
        {
            Cluster = cluster,
            DataFolder = dataFolder,
            KeyFile = keyFile,
            PublicBaseUrl = publicBaseUrl,
            Hosts = places.Hosts,
            FrontEnds = frontEnds,
            AllowedHosts = hosts ?? ClusterTopology.DefaultHosts(frontEnds.Select(node => node.Address.Host)),
            TrustedProxies = [.. (proxies ?? []).Select(ParseNetwork).OfType<IPNetwork>()],
            Control = control,
            Sequencers = sequencers ?? defaults.Sequencers,
            Replicas = replicas,
            Managers = managers ?? ManagersOf(replicas),
            Log = root.Section("log", section => ReadLog(section, dataFolder)),
            Durability = root.Choice("durability", Durability.Disk),
            Strict = root.Flag("strict"),
            Limits = root.Section("limits", ReadLimits),
        };
    }

    // As in the default cluster: ten ports above the replica. The port 0 of a replica that stands nowhere stays.
    private static ImmutableArray<ClusterNode> ManagersOf(ImmutableArray<ReplicaNode> replicas) => [.. replicas.Select(replica =>
    {
        var port = replica.Listen.Port == 0 ? 0 : Math.Min(replica.Listen.Port + 10, 65535);
        return new ClusterNode(replica.Id with { Role = NodeRole.Manager }, replica.Listen with { Port = port })
        {
            Host = replica.Host,
            Address = replica.Address with { Port = port },
        };
    })];

    private static ClusterNode ReadNode(
        JsonSection node, NodeRole role, int index, PlaceReader places, ImmutableArray<ReplicaNode> replicas = default)
    {
        var id = ReadId(node, role, index);
        return places.Read(node, id, replicas.IsDefault ? null : replicas.FirstOrDefault(its => its.Id.Number == id.Number)?.Host);
    }

    private static ReplicaNode ReadReplica(
        JsonSection node, int index, string dataFolder, IReadOnlyList<string> versions, PlaceReader places)
    {
        var id = ReadId(node, NodeRole.Replica, index);
        var place = places.Read(node, id);
        var list = node.TextList("versions", "a version: " + string.Join(", ", versions), 1, VersionsMax, versions.Contains);
        return new ReplicaNode(
            id, place.Listen, list ?? ClusterTopology.Turned(versions, id.Number), ReadPath(node, "dataFolder", dataFolder, id.ToString()))
        {
            Host = place.Host,
            Address = place.Address,
        };
    }

    // By default, and if it can't be read, a process has the number of its position in the list.
    private static NodeId ReadId(JsonSection node, NodeRole role, int index)
    {
        var absent = new NodeId(role, (byte)Math.Min(index + 1, NodeId.NumberMax));
        var text = node.Text("id", $"{NodeId.WordOf(role)}1 to {NodeId.WordOf(role)}{NodeId.NumberMax}",
            text => NodeId.TryParse(text, out var id) && id.Role == role ? text : null, absent.ToString());
        return NodeId.TryParse(text, out var read) ? read : absent;
    }

    private static LogSettings ReadLog(JsonSection log, string dataFolder) => new(
        ReadPath(log, "folder", dataFolder, "logs"),
        log.Whole("fileBytesMax", 64 * 1024, 1024 * 1024 * 1024, LogSettings.FileBytesDefault)!.Value,
        log.Whole("archivesMax", 0, 100, LogSettings.ArchivesDefault)!.Value);

    private static ClusterLimits ReadLimits(JsonSection limits)
    {
        var absent = new ClusterLimits();
        return new ClusterLimits
        {
            CallDeadline = TimeSpan.FromMilliseconds(
                limits.Whole("callDeadlineMs", 100, 300_000, (int)absent.CallDeadline.TotalMilliseconds)!.Value),
            RequestBytesMax = limits.Whole("requestBytesMax", 4 * 1024, 16 * 1024 * 1024, absent.RequestBytesMax)!.Value,
            XmlDepthMax = limits.Whole("xmlDepthMax", 8, 256, absent.XmlDepthMax)!.Value,
            InFlightCallsMax = limits.Whole("inFlightCallsMax", 1, 65_536, absent.InFlightCallsMax)!.Value,
        };
    }

    private static string ReadPath(JsonSection section, string name, string baseFolder, string absent) =>
        Path.GetFullPath(
            section.Text(
                name,
                $"a path of 1 to {PathCharactersMax} characters",
                text => text.Length is > 0 and <= PathCharactersMax && !text.Contains('\0', StringComparison.Ordinal) ? text : null,
                absent),
            baseFolder);

    /// <summary>Reads a loopback address in its usual form; null for anything else.</summary>
    public static IPAddress? ParseLoopback(string text) =>
        HostAddress.Parse(text) is { Ip: { } address } && IPAddress.IsLoopback(address) ? address : null;

    /// <summary>A network as the configuration has it: a network of one address is that address.</summary>
    internal static string TextOf(IPNetwork network) =>
        network.PrefixLength == BitsOf(network.BaseAddress) ? network.BaseAddress.ToString() : network.ToString();

    // The usual form only. A shorter form may mean another address than people think: 10.1 is 10.0.0.1.
    private static IPNetwork? ParseNetwork(string text)
    {
        IPNetwork? network = IPAddress.TryParse(text, out var address) ? new IPNetwork(address, BitsOf(address))
            : IPNetwork.TryParse(text, out var parsed) && parsed.PrefixLength > 0 ? parsed
            : null;
        return network is { } known && (TextOf(known) == text || known.ToString() == text) ? network : null;
    }

    private static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    private static Uri? ParseBaseUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0 ? url : null;

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ClusterName();
}
