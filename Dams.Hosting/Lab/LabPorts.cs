using System.Net;
using Dams.Contracts.Topology;
using Dams.Hosting.Cluster;
using Dams.Ordering.Transport;

namespace Dams.Hosting.Lab;

/// <summary>
/// Where datagrams take their detour in the lab: to a node's own address, but <see cref="Offset"/> ports higher, where the first front end's
/// <see cref="UdpProxy"/> sends them on. What goes by HTTP has no detour.
/// </summary>
public static class LabPorts
{
    /// <summary>How much higher than its own port a node's lab port is.</summary>
    public const int Offset = 1_000;

    /// <summary>Where the others send what is for a node.</summary>
    public static NodeAddress Of(ClusterNode node) => node.Listen with { Port = node.Listen.Port + Offset };

    /// <summary>Where a process sends to in the lab.</summary>
    public static AddressBook AddressesOf(ClusterTopology topology) =>
        new(topology.Nodes.Select(node => KeyValuePair.Create(ClusterGroups.Of(node.Id), Of(node).ToEndPoint())));

    /// <summary>The proxy between all processes of a cluster.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A lab port can't be had.</exception>
    public static UdpProxy OpenProxy(ClusterTopology topology, int seed) =>
        new(seed, topology.Nodes.Select(node => (ClusterGroups.Of(node.Id), Of(node).ToEndPoint(), node.Listen.ToEndPoint())));

    /// <summary>What forbids the lab on a cluster, as sentences; empty if it may be used.</summary>
    public static IReadOnlyList<string> ProblemsOf(ClusterTopology topology)
    {
        var used = topology.Nodes.ToLookup(node => node.Listen);
        return
        [
            .. topology.Nodes.Select(node => (Name: node.Id.ToString(), node.Listen)).Append((Name: "control", Listen: topology.Control))
                .Where(place => !IPAddress.IsLoopback(place.Listen.Address))
                .Select(place => $"--lab: {place.Name} listens at {place.Listen}, but faults may be injected only where everything is on loopback addresses"),
            .. topology.Nodes.Where(node => Of(node).Port > IPEndPoint.MaxPort)
                .Select(node => $"--lab: the port of {node.Id} is {node.Listen.Port}, but in the lab every port must leave room for its lab port, {Offset} higher: {IPEndPoint.MaxPort - Offset} at most"),
            .. topology.Nodes.Where(node => used.Contains(Of(node)))
                .Select(node => $"--lab: {Of(node)}, the lab port of {node.Id}, is the port of {used[Of(node)].First().Id}: move one of them, ports {Offset} apart don't go together"),
        ];
    }
}
