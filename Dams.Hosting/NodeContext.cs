using System.CommandLine;
using Dams.Contracts.Topology;
using Dams.Hosting.Folders;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting;

/// <summary>What a process of the cluster is given to work with.</summary>
public sealed class NodeContext
{
    private readonly NodeArguments _arguments;

    internal NodeContext(ClusterTopology topology, NodeArguments arguments, ILoggerFactory loggers, KeyRing keys,
        ClusterInstance instance = default)
    {
        Instance = instance;
        Topology = topology;
        _arguments = arguments;
        Loggers = loggers;
        Keys = keys;
    }

    /// <summary>The whole cluster.</summary>
    public ClusterTopology Topology { get; }

    /// <summary>Which process of it this is.</summary>
    public NodeId Id => _arguments.Id;

    /// <summary>Where this process listens, and for a replica its versions and folder.</summary>
    public ClusterNode Node => Topology.Find(Id)!;

    /// <summary>This process's own folder; it exists, and no other process works on it.</summary>
    public string DataFolder => Topology.FolderOf(Id);

    /// <summary>The log. Categories that begin with <c>Dams.</c> are written from the asked-for level on, those of the framework from Warning on.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>Which cluster it is; no copy of the data folder has the same.</summary>
    public ClusterInstance Instance { get; }

    /// <summary>The cluster's keys, for its instance, as of the start; <see cref="Cluster.NodeDriver"/> follows their file.</summary>
    public KeyRing Keys { get; }

    /// <summary>Whether the fault lab may be used.</summary>
    public bool Lab => _arguments.Lab;

    /// <summary>The program's own options, for <see cref="ParseResult.GetValue{T}(Option{T})"/>.</summary>
    public ParseResult Options => _arguments.Parsed;

    /// <summary>The arguments that start another process of the same cluster in the same way.</summary>
    public IReadOnlyList<string> ArgumentsFor(NodeId id) => _arguments.For(id);
}
