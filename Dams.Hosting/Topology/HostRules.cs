using System.Collections.Immutable;
using System.Net;
using Dams.Ordering;

namespace Dams.Hosting.Topology;

/// <summary>Checks the addresses of a configuration: each belongs to one process, and the hosts can reach each other.</summary>
internal static class HostRules
{
    /// <param name="topology">The configuration.</param>
    /// <param name="places">Its processes, with their JSON paths.</param>
    /// <param name="problems">Gets what is found.</param>
    public static void Check(
        ClusterTopology topology, IReadOnlyList<(string Path, ClusterNode Node)> places, List<TopologyProblem> problems)
    {
        CheckReach([.. topology.Hosts.Values], problems);
        CheckPorts(topology, places, problems);
        CheckManagers(topology, places, problems);
    }

    // A socket at a loopback address sends to loopback addresses only, and one of IPv4 to IPv4 only. Which addresses a name has is not
    // known here.
    private static void CheckReach(ImmutableArray<ClusterHost> hosts, List<TopologyProblem> problems)
    {
        foreach (var host in hosts)
        {
            var path = $"$.hosts.{host.Name}";
            if (!host.IsLoopback && hosts.FirstOrDefault(other => other.IsLoopback) is { } alone)
            {
                problems.Add(new TopologyProblem($"$.hosts.{alone.Name}", $"is {alone.Address}, a loopback address, and {host.Name} is not",
                    "an address that the other hosts reach"));
                return;
            }

            if (!host.IsLoopback && (host.Address.IsLoopback || IPAddress.IsLoopback(host.Listen)))
            {
                problems.Add(new TopologyProblem(path,
                    $"is {host.Address} and listens at {host.Listen}, of which one is a loopback address",
                    "two that the other hosts reach, or two that they don't"));
            }

            if (hosts.FirstOrDefault(other => other.Address.Ip is { } address && !host.CanSendTo(address)) is { } unreached)
            {
                problems.Add(new TopologyProblem(path,
                    $"listens at {host.Listen}, from where {unreached.Address} of {unreached.Name} can't be reached",
                    "addresses of one family, or \"listen\": \"::\""));
            }
        }
    }

    // UDP and HTTP use the same port numbers. So an address and port belong to one process, whichever of the two it listens for.
    private static void CheckPorts(
        ClusterTopology topology, IReadOnlyList<(string Path, ClusterNode Node)> places, List<TopologyProblem> problems)
    {
        var taken = new List<(string Path, string? Host, NodeAddress Listen, PeerAddress Address)>();
        foreach (var (path, node) in places)
            Take(path, node.Host, node.Listen, node.Address);
        foreach (var frontEnd in topology.FrontEnds)
        {
            if (frontEnd.Listen.Port > 0 && topology.ControlOf(frontEnd.Id) is { } control)
                Take("$.control", frontEnd.Host, control, new PeerAddress(HostAddress.Of(control.Address), control.Port));
        }

        void Take(string path, string? host, NodeAddress listen, PeerAddress address)
        {
            if (listen.Port == 0)
                return;
            var first = taken.FirstOrDefault(other => (other.Path, path) != ("$.control", "$.control")
                && (other.Host == host ? Overlap(other.Listen, listen) : other.Address == address));
            if (first.Path is null)
                taken.Add((path, host, listen, address));
            else
                problems.Add(new TopologyProblem(path + ".port", $"is {address}, as {first.Path} is", "an address and port of its own"));
        }
    }

    private static bool Overlap(NodeAddress one, NodeAddress other) => one.Port == other.Port
        && (one.Address.Equals(other.Address) || IsAny(one.Address, other.Address) || IsAny(other.Address, one.Address));

    private static bool IsAny(IPAddress any, IPAddress other) => any.Equals(IPAddress.IPv6Any)
        || (any.Equals(IPAddress.Any) && other.AddressFamily == any.AddressFamily);

    // A manager starts its replica.
    private static void CheckManagers(
        ClusterTopology topology, IReadOnlyList<(string Path, ClusterNode Node)> places, List<TopologyProblem> problems)
    {
        foreach (var (path, manager) in places.Where(place => place.Node.Id.Role == NodeRole.Manager))
        {
            if (topology.FindReplica(manager.Id.Number) is { Host: { } host } replica && manager.Host is { } own && own != host)
            {
                problems.Add(new TopologyProblem(
                    path + ".host", $"is {own}, and {replica.Id} stands on {host}", $"{host}, because a manager starts its replica"));
            }
        }
    }
}
