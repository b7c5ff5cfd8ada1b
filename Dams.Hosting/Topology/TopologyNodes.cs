using System.Collections.Immutable;
using System.Net;
using Dams.Ordering;

namespace Dams.Hosting.Topology;

/// <summary>An address and port where a process listens.</summary>
/// <param name="Address">IPv4.</param>
/// <param name="Port">1 to 65,535.</param>
public sealed record NodeAddress(IPAddress Address, int Port)
{
    /// <summary>This address as sockets use it. A new object each time, because an end point can be changed.</summary>
    public IPEndPoint ToEndPoint() => new(Address, Port);

    /// <summary>The root of what is served there by HTTP, without a slash at the end.</summary>
    public Uri ToHttpUri() => new($"http://{this}", UriKind.Absolute);

    /// <summary><c>address:port</c>.</summary>
    public override string ToString() => $"{Address}:{Port}";
}

/// <summary>
/// A process of the cluster, and where it listens. Every process has UDP. All but sequencers have HTTP, too, on the same port number.
/// </summary>
public record ClusterNode(NodeId Id, NodeAddress Listen);

/// <summary>A replica, with the versions that it runs and the folder of its data.</summary>
/// <param name="Id">Its role and number.</param>
/// <param name="Listen">The address where it listens for UDP and HTTP.</param>
/// <param name="Versions">The engine versions that its incarnations run, one after the other and round again; at least one.</param>
/// <param name="DataFolder">The absolute path of its log and snapshots.</param>
public sealed record ReplicaNode(NodeId Id, NodeAddress Listen, ImmutableArray<string> Versions, string DataFolder)
    : ClusterNode(Id, Listen);
