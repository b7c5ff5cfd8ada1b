using System.Collections.Immutable;
using Dams.Ordering;

namespace Dams.Hosting.Topology;

/// <summary>
/// A process of the cluster, and where it listens. Every process has UDP. All but sequencers have HTTP, too, on the same port number.
/// </summary>
public record ClusterNode(NodeId Id, NodeAddress Listen)
{
    private readonly PeerAddress? _address;

    /// <summary>The name of the host where it stands; null in a configuration without hosts.</summary>
    public string? Host { get; init; }

    /// <summary>The address at which others reach it.</summary>
    public PeerAddress Address
    {
        get => _address ?? new PeerAddress(HostAddress.Of(Listen.Address), Listen.Port);
        init => _address = value;
    }
}

/// <summary>A replica, with the versions that it runs and the folder of its data.</summary>
/// <param name="Id">Its role and number.</param>
/// <param name="Listen">The address where it listens for UDP and HTTP.</param>
/// <param name="Versions">The engine versions that its incarnations run, one after the other and round again; at least one.</param>
/// <param name="DataFolder">The absolute path of its log and snapshots.</param>
public sealed record ReplicaNode(NodeId Id, NodeAddress Listen, ImmutableArray<string> Versions, string DataFolder)
    : ClusterNode(Id, Listen);
