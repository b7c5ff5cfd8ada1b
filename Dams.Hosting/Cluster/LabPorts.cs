using System.Net;
using Dams.Hosting.Topology;
using Dams.Ordering.Transport;

namespace Dams.Hosting.Cluster;

/// <summary>
/// The ports for the detour that datagrams take in the lab. They go to a node's own address, but <see cref="Offset"/> ports higher. There
/// the proxy of the first front end receives them and sends them on. HTTP has no detour. The frame of the processes knows these ports,
/// because every process of a cluster with a lab sends its datagrams there; the proxy itself belongs to the lab.
/// </summary>
public static class LabPorts
{
    /// <summary>The difference between a node's lab port and its own port.</summary>
    public const int Offset = 1_000;

    /// <summary>The address to which the others send the datagrams for a node.</summary>
    public static NodeAddress Of(ClusterNode node) => node.Listen with { Port = node.Listen.Port + Offset };

    /// <summary>The addresses to which a process sends datagrams in the lab.</summary>
    public static AddressBook AddressesOf(ClusterTopology topology) =>
        new(topology.Nodes.Select(node => KeyValuePair.Create(node.Id, Of(node).ToEndPoint())));

    /// <summary>The reasons why a cluster can't have a lab, as sentences; empty if it can.</summary>
    public static IReadOnlyList<string> ProblemsOf(ClusterTopology topology)
    {
        var used = topology.Nodes.ToLookup(node => node.Listen);
        return
        [
            .. topology.Hosts.Count > 1
                ? (string[])[$"--lab: there are the hosts {string.Join(", ", topology.Hosts.Keys)}, "
                    + "but faults may be injected only where all processes are on one host and in one data folder"]
                : [],
            .. topology.Nodes.Select(node => (Name: node.Id.ToString(), node.Listen)).Append((Name: "control", Listen: topology.Control))
                .Where(place => !IPAddress.IsLoopback(place.Listen.Address))
                .Select(place => $"--lab: {place.Name} listens at {place.Listen}, "
                    + "but faults may be injected only where everything is on loopback addresses"),
            .. topology.Nodes.Where(node => Of(node).Port > IPEndPoint.MaxPort)
                .Select(node => $"--lab: the port of {node.Id} is {node.Listen.Port}, but its lab port is {Offset} higher: "
                    + $"choose a port of {IPEndPoint.MaxPort - Offset} at most"),
            .. topology.Nodes.Where(node => used.Contains(Of(node)))
                .Select(node => $"--lab: {Of(node)}, the lab port of {node.Id}, is the port of {used[Of(node)].First().Id}: "
                    + $"change one of the two ports so that they are not {Offset} apart"),
        ];
    }
}
