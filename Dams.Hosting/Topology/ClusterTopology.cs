using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Topology;

/// <summary>
/// The whole cluster as <c>dams.json</c> describes it: its processes, their addresses, and the limits. Every process reads the same file.
/// All paths in a topology are absolute. <see cref="TopologyReader"/> makes and checks one; <see cref="Default"/> makes the default one.
/// </summary>
public sealed record ClusterTopology
{
    /// <summary>
    /// The most replicas. Four tolerate one liar and one crash. More than seven cost more in messages than they add in safety.
    /// </summary>
    public const int ReplicasMax = 7;

    /// <summary>The most front ends, and the most sequencers.</summary>
    public const int FrontEndsMax = 8;

    /// <summary>The default first port.</summary>
    public const int PortsFromDefault = 8080;

    /// <summary>The highest first port that keeps all default ports at or below 65,535.</summary>
    public const int PortsFromMax = 65535 - ManagerPortOffset - ReplicasByDefault;

    /// <summary>The configuration's file name.</summary>
    public const string FileName = "dams.json";

    private const int ControlPortOffset = 1;
    private const int SequencerPortOffset = 2;
    private const int ReplicaPortOffset = 10;
    private const int ManagerPortOffset = 20;
    private const int SequencersByDefault = 2;
    private const int ReplicasByDefault = 4;

    /// <summary>The cluster's name. Processes drop datagrams of a cluster with another name.</summary>
    public string Cluster { get; init; } = "dams";

    /// <summary>The folder of everything that has no folder of its own.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The file with the key that authenticates the cluster's datagrams.</summary>
    public required string KeyFile { get; init; }

    /// <summary>
    /// The address at which clients reach the service, if it is not the address where the service listens. It goes into the WSDL.
    /// </summary>
    public Uri? PublicBaseUrl { get; init; }

    /// <summary>The host names under which the processes answer, besides loopback and their own addresses. The WSDL repeats them.</summary>
    public required ImmutableArray<string> AllowedHosts { get; init; }

    /// <summary>
    /// The proxies whose X-Forwarded headers a front end believes, as networks; none by default. A single address is a network of one.
    /// </summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The machines of the cluster, by name. Empty if all processes are on one machine, at loopback addresses.</summary>
    public ImmutableSortedDictionary<string, ClusterHost> Hosts { get; init; } = ImmutableSortedDictionary<string, ClusterHost>.Empty;

    /// <summary>The front ends; at least one.</summary>
    public required ImmutableArray<ClusterNode> FrontEnds { get; init; }

    /// <summary>
    /// The loopback address where the first front end takes orders that change the cluster. Clients use another one. See
    /// <see cref="ControlOf"/>.
    /// </summary>
    public required NodeAddress Control { get; init; }

    /// <summary>The sequencers, in order of preference; at least one.</summary>
    public required ImmutableArray<ClusterNode> Sequencers { get; init; }

    /// <summary>The replicas, by number; one to <see cref="ReplicasMax"/>.</summary>
    public required ImmutableArray<ReplicaNode> Replicas { get; init; }

    /// <summary>The managers, by number; one for each replica.</summary>
    public required ImmutableArray<ClusterNode> Managers { get; init; }

    /// <summary>The folder of the processes' logs, and how much of them is kept.</summary>
    public required LogSettings Log { get; init; }

    /// <summary>Whether an acknowledged write survives a power cut; disk by default.</summary>
    public Durability Durability { get; init; } = Durability.Disk;

    /// <summary>Whether a write waits for a third equal reply while one can still come.</summary>
    public bool Strict { get; init; }

    /// <summary>The certificates with which the processes know each other; null if they speak plain HTTP.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>The certificate that front ends show to clients; null if they have none of their own.</summary>
    public HttpsSettings? Https { get; init; }

    /// <summary>The limits on clients' calls.</summary>
    public ClusterLimits Limits { get; init; } = new();

    /// <summary>The users; null if nobody has to authenticate.</summary>
    public UserSettings? Users { get; init; }

    /// <summary>Whether callers must be known beyond loopback.</summary>
    public AccessRule Access { get; init; }

    /// <summary>Every process, front ends first.</summary>
    public IEnumerable<ClusterNode> Nodes => [.. FrontEnds, .. Sequencers, .. Replicas, .. Managers];

    /// <summary>Whether any process listens, or is reached, at an address that is not a loopback address.</summary>
    public bool IsBeyondLoopback => Nodes.Any(node => !IPAddress.IsLoopback(node.Listen.Address) || !node.Address.Host.IsLoopback);

    /// <summary>
    /// Whether calls would have to be refused: the cluster is beyond loopback, and there is neither a user nor the word that anybody may
    /// call. No process that answers clients starts then.
    /// </summary>
    public bool IsClosedWithoutUsers => IsBeyondLoopback && Users is null && Access == AccessRule.Users;

    /// <summary>The message about <see cref="IsClosedWithoutUsers"/>.</summary>
    public const string NoUsers =
        "the cluster listens beyond loopback, but has no users, so anybody could book. "
        + "Add \"users\": {} to dams.json and run dams user add, or state \"access\": \"open\".";

    /// <summary>
    /// A whole cluster on one loopback address: one front end, two sequencers, four replicas, four managers.
    /// </summary>
    /// <param name="portsFrom">The front end's port; the others follow from it. 1 to <see cref="PortsFromMax"/>.</param>
    /// <param name="address">The loopback address of all processes; 127.0.0.1 if null.</param>
    /// <param name="dataFolder">The folder for all data, logs and keys.</param>
    /// <param name="versions">The engine versions. Each replica begins with the next one, in turn. All known versions if null.</param>
    public static ClusterTopology Default(
        int portsFrom = PortsFromDefault,
        IPAddress? address = null,
        string dataFolder = "dams-data",
        IReadOnlyList<string>? versions = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(portsFrom, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(portsFrom, PortsFromMax);
        address ??= IPAddress.Loopback;
        var folder = Path.GetFullPath(dataFolder);
        var names = versions is { Count: > 0 } ? versions : KnownVersions.Names;
        return new ClusterTopology
        {
            DataFolder = folder,
            KeyFile = Path.Combine(folder, "cluster.key"),
            AllowedHosts = DefaultHosts([HostAddress.Of(address)]),
            FrontEnds = [new ClusterNode(NodeId.FrontEnd(1), Of(NodeId.FrontEnd(1)))],
            Control = new NodeAddress(address, portsFrom + ControlPortOffset),
            Sequencers = [.. Numbers(SequencersByDefault).Select(n =>
                new ClusterNode(NodeId.Sequencer((byte)n), Of(NodeId.Sequencer((byte)n))))],
            Replicas = [.. Numbers(ReplicasByDefault).Select(n =>
                new ReplicaNode(
                    NodeId.Replica((byte)n),
                    Of(NodeId.Replica((byte)n)),
                    Turned(names, n),
                    Path.Combine(folder, NodeId.Replica((byte)n).ToString())))],
            Managers = [.. Numbers(ReplicasByDefault).Select(n =>
                new ClusterNode(NodeId.Manager((byte)n), Of(NodeId.Manager((byte)n))))],
            Log = new LogSettings(Path.Combine(folder, "logs")),
        };

        NodeAddress Of(NodeId id) => new(address, PortOf(id, portsFrom)!.Value);
    }

    /// <summary>
    /// The processes that stand on a host. A configuration without hosts has one, whose name is null, and all processes stand on it.
    /// </summary>
    public IEnumerable<ClusterNode> NodesOn(string? host) => Nodes.Where(node => node.Host == host);

    /// <summary>
    /// The loopback address where a front end takes orders that change the cluster; null if it takes none. The first front end of each
    /// host takes them, for the processes of that host.
    /// </summary>
    public NodeAddress? ControlOf(NodeId frontEnd)
    {
        var node = FrontEnds.FirstOrDefault(node => node.Id == frontEnd);
        return node is not null && FrontEnds.First(other => other.Host == node.Host).Id == frontEnd ? ControlOn(node.Host) : null;
    }

    /// <summary>
    /// The loopback address where orders for the processes of a host are taken, if a front end stands there. The host is null in a
    /// configuration without hosts.
    /// </summary>
    public NodeAddress ControlOn(string? host) => host is null ? Control : Control with { Address = Hosts[host].ControlAddress };

    /// <summary>The process with that id, or null.</summary>
    public ClusterNode? Find(NodeId id) => Nodes.FirstOrDefault(node => node.Id == id);

    /// <summary>The replica with that number, or null.</summary>
    public ReplicaNode? FindReplica(int number) => Replicas.FirstOrDefault(replica => replica.Id.Number == number);

    /// <summary>
    /// The folder where a process keeps its files. A replica has a setting for it. Any other process has a folder of its name in the data
    /// folder.
    /// </summary>
    public string FolderOf(NodeId id) => id.Role == NodeRole.Replica && FindReplica(id.Number) is { } replica
        ? replica.DataFolder
        : Path.Combine(DataFolder, id.ToString());

    /// <summary>The file that a process writes its log to.</summary>
    public string LogFileOf(NodeId id) => Path.Combine(Log.Folder, $"{id}.log");

    /// <summary>The file that a front end writes its audit to; null if it writes none.</summary>
    public string? AuditFileOf(NodeId id) => Log.Audit switch
    {
        AuditUse.Off => null,
        AuditUse.Auto when !IsBeyondLoopback => null,
        AuditUse.Auto or AuditUse.On => Path.Combine(Log.Folder, $"{id}.audit.jsonl"),
        _ => throw new InvalidOperationException($"unknown use of the audit: {Log.Audit}"),
    };

    /// <summary>The JSON path of a process's port in the configuration, for messages about that port.</summary>
    public string PortSettingOf(NodeId id)
    {
        var (name, ids) = id.Role switch
        {
            NodeRole.FrontEnd => ("frontEnds", FrontEnds.Select(node => node.Id)),
            NodeRole.Sequencer => ("sequencers", Sequencers.Select(node => node.Id)),
            NodeRole.Replica => ("replicas", Replicas.Select(node => node.Id)),
            _ => ("managers", Managers.Select(node => node.Id)),
        };
        return string.Create(CultureInfo.InvariantCulture, $"$.{name}[{ids.ToList().IndexOf(id)}].port");
    }

    /// <summary>The effective configuration as indented JSON; reading it gives the same topology.</summary>
    /// <param name="folder">
    /// The folder of the file. The path of the data folder is relative to it, if the data folder lies in it. All other paths are
    /// relative to the data folder, if they lie in that. If null, all paths are absolute.
    /// </param>
    public string Write(string? folder = null) => TopologyWriter.Write(this, folder);

    /// <summary>
    /// Everything that the processes keep outside the data folder: folders that the configuration names elsewhere, and links. A copy of the
    /// data folder has no copies of these.
    /// </summary>
    public IEnumerable<(string Owner, string Path)> KeptElsewhere() =>
    [
        .. Nodes.Select(node => (node.Id.ToString(), FolderOf(node.Id))).Append(("the logs", Log.Folder))
            .Where(kept => !TopologyPaths.Holds(DataFolder, kept.Item2) || IsLink(kept.Item2)),
    ];

    /// <summary>The comparison of names that is usual in file systems of this operating system.</summary>
    public static StringComparison PathComparison { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Whether a path is in the data folder.</summary>
    public bool Keeps(string path) => TopologyPaths.Holds(DataFolder, path);

    private bool IsLink(string path)
    {
        for (var part = path; part.Length > DataFolder.Length; part = Path.GetDirectoryName(part)!)
        {
            if (new DirectoryInfo(part).LinkTarget is not null)
                return true;
        }

        return false;
    }

    /// <summary>
    /// The version list of replica <paramref name="number"/>: every version once, beginning with the one of its number. So a replaced
    /// replica gets another version.
    /// </summary>
    internal static ImmutableArray<string> Turned(IReadOnlyList<string> names, int number) =>
        [.. Enumerable.Range(number - 1, names.Count).Select(i => names[i % names.Count]).Distinct()];

    internal static ImmutableArray<string> DefaultHosts(IEnumerable<HostAddress> addresses) =>
        [.. addresses.Select(address => address.Text).Prepend("localhost").Distinct()];

    /// <summary>
    /// The port that follows from an id, or null. Processes of one machine have different ones, except for front ends: all have the same,
    /// because clients know it. So it is the same port on every host, which makes the tables of firewalls short.
    /// </summary>
    internal static int? PortOf(NodeId id, int portsFrom = PortsFromDefault) => id switch
    {
        { Role: NodeRole.FrontEnd } => portsFrom,
        { Role: NodeRole.Sequencer, Number: <= FrontEndsMax } => portsFrom + SequencerPortOffset + id.Number - 1,
        { Role: NodeRole.Replica, Number: <= ReplicasMax } => portsFrom + ReplicaPortOffset + id.Number,
        { Role: NodeRole.Manager, Number: <= ReplicasMax } => portsFrom + ManagerPortOffset + id.Number,
        _ => null,
    };

    private static IEnumerable<int> Numbers(int count) => Enumerable.Range(1, count);
}
