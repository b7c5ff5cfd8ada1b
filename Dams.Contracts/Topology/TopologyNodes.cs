using System.Collections.Immutable;
using System.Net;

namespace Dams.Contracts.Topology;

/// <summary>A place where something listens.</summary>
/// <param name="Address">IPv4.</param>
/// <param name="Port">1 to 65,535.</param>
public sealed record NodeAddress(IPAddress Address, int Port)
{
    /// <summary>The same for a socket; a new object each time, because it can be changed.</summary>
    public IPEndPoint ToEndPoint() => new(Address, Port);

    /// <summary>The root of what is served there by HTTP, without a slash at the end.</summary>
    public Uri ToHttpUri() => new($"http://{this}", UriKind.Absolute);

    /// <summary><c>address:port</c>.</summary>
    public override string ToString() => $"{Address}:{Port}";
}

/// <summary>A process of the cluster: every one has UDP, and all but sequencers HTTP, on the same port number.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Listen">Where it listens.</param>
public record ClusterNode(NodeId Id, NodeAddress Listen);

/// <summary>A replica.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Listen">Where it listens.</param>
/// <param name="Versions">The engine versions that its incarnations run, one after the other and round again; at least one.</param>
/// <param name="DataFolder">Absolute path of its log and snapshots.</param>
public sealed record ReplicaNode(NodeId Id, NodeAddress Listen, ImmutableArray<string> Versions, string DataFolder) : ClusterNode(Id, Listen);
