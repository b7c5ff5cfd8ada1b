using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Dams.Ordering;

namespace Dams.Hosting.Topology;

/// <summary>Reads the table of hosts, and where each process stands: on a host, or, without such a table, at a loopback address.</summary>
internal sealed partial class PlaceReader
{
    private const int HostsMax = 30;
    private const string NameExpected = "1 to 32 lower-case letters, digits and hyphens";
    private const string ListenExpected = "an address of this host, or 0.0.0.0 or :: for all of them";

    // A host that is wrong still counts, so that the processes on it are not wrong as well.
    private readonly ImmutableSortedDictionary<string, ClusterHost?> _hosts;
    private readonly bool _hasHosts;

    public PlaceReader(JsonSection root)
    {
        _hasHosts = root.Has("hosts");
        _hosts = root.Map<ClusterHost>("hosts", "hosts by name", 1, HostsMax, $"{HostAddress.Expected}, or an object with \"address\"",
            (name, text) => HostAddress.Parse(text) is { } address ? Of(name, address, null) : null, ReadHost);
        foreach (var name in _hosts.Keys.Where(name => !HostName().IsMatch(name)))
            root.Problem($"{root.PathOf("hosts")}.{name}", "is the name of a host", NameExpected);
    }

    /// <summary>The hosts that could be read, by name.</summary>
    public ImmutableSortedDictionary<string, ClusterHost> Hosts => _hosts.Values.OfType<ClusterHost>()
        .ToImmutableSortedDictionary(host => host.Name, host => host, StringComparer.Ordinal);

    private string Names => string.Join(", ", _hosts.Keys);

    /// <summary>Reads where a process stands.</summary>
    /// <param name="node">The object of the process.</param>
    /// <param name="id">The id of the process; its port follows from it.</param>
    /// <param name="absent">The host if none is given; null if one must be given.</param>
    public ClusterNode Read(JsonSection node, NodeId id, string? absent = null)
    {
        var port = ReadPort(node, id);
        var name = node.Text("host", _hasHosts ? $"a host: {Names}" : "no host, because the table \"hosts\" is missing",
            text => _hosts.ContainsKey(text) ? text : null, absent);
        var address = node.Text("address", TopologyReader.LoopbackExpected, TopologyReader.ParseLoopback, IPAddress.Loopback);
        if (!_hasHosts)
            return new ClusterNode(id, new NodeAddress(address, port));
        if (node.Has("address"))
        {
            node.Problem(node.PathOf("address"), node.Has("host") ? "stands beside \"host\"" : "is there, and \"host\" is not",
                $"\"host\" only, because the file has hosts: {Names}");
        }
        else if (name is null && !node.Has("host"))
            node.Problem(node.PathOf("host"), "is missing", $"a host: {Names}");
        return name is not null && _hosts[name] is { } host
            ? On(host, id, port)
            : new ClusterNode(id, new NodeAddress(IPAddress.Loopback, 0)) { Host = name };
    }

    /// <summary>Requires lists of processes, if the configuration has hosts: there is no host where they stand by default.</summary>
    public void Require(JsonSection root, params IEnumerable<string> lists)
    {
        foreach (var list in lists.Where(list => _hasHosts && !root.Has(list)))
            root.Problem(root.PathOf(list), "is missing", "a list that says on which host each stands, because the file has hosts");
    }

    /// <summary>Reads the address where orders are taken.</summary>
    public NodeAddress ReadControl(JsonSection control, NodeAddress absent, ClusterNode? firstFrontEnd)
    {
        var address = control.Text("address", TopologyReader.LoopbackExpected, TopologyReader.ParseLoopback, absent.Address);
        var port = control.Whole("port", 1, 65535, absent.Port)!.Value;
        if (_hasHosts && control.Has("address"))
        {
            control.Problem(control.PathOf("address"), "is there",
                "a port only, because the file has hosts: each takes orders at a loopback address of its own");
        }

        return new NodeAddress(
            firstFrontEnd?.Host is { } name && _hosts.GetValueOrDefault(name) is { } host ? host.ControlAddress : address, port);
    }

    private static ClusterNode On(ClusterHost host, NodeId id, int port) => new(id, new NodeAddress(host.Listen, port))
    {
        Host = host.Name,
        Address = new PeerAddress(host.Address, port),
    };

    private static int ReadPort(JsonSection node, NodeId id)
    {
        var absent = ClusterTopology.PortOf(id);
        if (absent is null && !node.Has("port"))
            node.Problem(node.PathOf("port"), "is missing", "a whole number from 1 to 65535, because no port follows from that id");
        return node.Whole("port", 1, 65535, absent ?? 0)!.Value;
    }

    private static ClusterHost? ReadHost(string name, JsonSection host)
    {
        var address = host.Text("address", HostAddress.Expected, HostAddress.Parse, null, required: true);
        var listen = host.Text("listen", ListenExpected, ParseListen, null);
        return address is null || (listen is null && host.Has("listen")) ? null : Of(name, address, listen);
    }

    private static ClusterHost Of(string name, HostAddress address, IPAddress? listen) =>
        new(name, address, listen ?? ClusterHost.ListenFor(address));

    private static IPAddress? ParseListen(string text) =>
        IPAddress.TryParse(text, out var address) && address.ToString() == text
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || HostAddress.Parse(text) is not null) ? address : null;

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();
}
