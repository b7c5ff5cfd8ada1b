using System.CommandLine;
using Dams.Hosting.Folders;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting;

/// <summary>Everything that a process of the cluster works with: its configuration, folder, keys, log and options.</summary>
public sealed class NodeContext
{
    private readonly NodeArguments _arguments;

    internal NodeContext(ClusterTopology topology, NodeArguments arguments, ILoggerFactory loggers, KeyRing keys,
        OrderToken orders, ClusterInstance instance = default)
    {
        Instance = instance;
        Topology = topology;
        _arguments = arguments;
        Loggers = loggers;
        Keys = keys;
        Orders = orders;
    }

    /// <summary>The configuration of the whole cluster.</summary>
    public ClusterTopology Topology { get; }

    /// <summary>The id of this process in the cluster.</summary>
    public NodeId Id => _arguments.Id;

    /// <summary>This process's part of the configuration: its address and, for a replica, its versions and folder.</summary>
    public ClusterNode Node => Topology.Find(Id)!;

    /// <summary>This process's own folder; it exists, and no other process works on it.</summary>
    public string DataFolder => Topology.FolderOf(Id);

    /// <summary>
    /// The log. Categories that begin with <c>Dams.</c> are written from the level of <c>--log-level</c> on, those of the framework from
    /// Warning on.
    /// </summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>The identity of this cluster. A copy of the data folder has another one.</summary>
    public ClusterInstance Instance { get; }

    /// <summary>
    /// The cluster's keys at the start, derived for its instance. <see cref="Cluster.NodeDriver"/> follows later changes of the key file.
    /// </summary>
    public KeyRing Keys { get; }

    /// <summary>The certificates of this process; none in a cluster that has none.</summary>
    public NodeCertificates Certificates { get; init; } = NodeCertificates.None;

    /// <summary>The secret that orders to this process must carry, and with which it gives orders to others on its data folder.</summary>
    public OrderToken Orders { get; }

    /// <summary>Whether the fault lab may be used.</summary>
    public bool Lab => _arguments.Lab;

    /// <summary>The program's own options, for <see cref="ParseResult.GetValue{T}(Option{T})"/>.</summary>
    public ParseResult Options => _arguments.Parsed;

    /// <summary>The arguments that start another process of the same cluster in the same way.</summary>
    public IReadOnlyList<string> ArgumentsFor(NodeId id) => _arguments.For(id);
}
