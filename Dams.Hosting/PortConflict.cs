using System.Net;
using System.Net.Sockets;
using Dams.Hosting.Cluster;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.Hosting;

/// <summary>A port of the configuration that can't be bound.</summary>
/// <param name="Owner">The process that the port belongs to, or "control".</param>
/// <param name="Listen">The address and port.</param>
/// <param name="Setting">The JSON path of the setting that changes the port.</param>
/// <param name="Error">The error that the system reports.</param>
public sealed record PortConflict(string Owner, NodeAddress Listen, string Setting, SocketError Error)
{
    /// <summary>A sentence for people: what is wrong, and what to do.</summary>
    public override string ToString() => Error switch
    {
        SocketError.AddressAlreadyInUse =>
            $"{Listen}, the port of {Owner}, is in use by another program: "
            + $"stop that program, or {Remedy("--ports-from")}",
        SocketError.AddressNotAvailable =>
            $"{Listen.Address}, the address of {Owner}, is not an address of this machine: {RemedyOfAddress}",
        SocketError.AccessDenied =>
            $"{Listen}, the port of {Owner}, is reserved for the system: {Remedy("--ports-from")}",
        _ =>
            $"{Listen}, the port of {Owner}, can't be used ({Error}): {Remedy("--ports-from")}",
    };

    // A folder that has a configuration already keeps it, so the option is for a new folder.
    private string Remedy(string option, string? setting = null) =>
        $"change {setting ?? Setting} in {ClusterTopology.FileName} (or use dams up {option} if the data folder is new)";

    /// <summary>The name of the host where the process stands; null in a configuration without hosts.</summary>
    public string? Host { get; init; }

    private string RemedyOfAddress => Host is null
        ? Remedy("--address", Setting.Replace(".port", ".address", StringComparison.Ordinal))
        : $"{Owner} stands on {Host}, so start it there, or change $.hosts.{Host} in {ClusterTopology.FileName} "
            + "(its \"listen\", if this is that host)";

    /// <summary>
    /// Tries to bind every port of the processes on a host, and those of the fault lab if it is used. Returns all conflicts at once.
    /// </summary>
    public static IReadOnlyList<PortConflict> FindAll(ClusterTopology topology, string? host, bool isLab = false) =>
        [.. topology.NodesOn(host).SelectMany(node => Find(topology, node.Id, isLab))];

    /// <summary>
    /// Tries to bind the ports of one process. The first front end of a host has the control port, too, and the first of all those of the
    /// lab.
    /// </summary>
    public static IReadOnlyList<PortConflict> Find(ClusterTopology topology, NodeId id, bool isLab = false) => topology.Find(id) is { } node
        ?
        [
            .. Probe(id.ToString(), node.Listen, topology.PortSettingOf(id), http: id.Role != NodeRole.Sequencer, udp: true)
                .Select(conflict => conflict with { Host = node.Host }),
            .. topology.ControlOf(id) is { } control ? Probe("control", control, "$.control.port", http: true, udp: false) : [],
            .. isLab && id == topology.FrontEnds[0].Id
                ? topology.Nodes.SelectMany(lab =>
                    Probe($"{lab.Id} in the lab", LabPorts.Of(lab), topology.PortSettingOf(lab.Id), http: false, udp: true))
                : [],
        ]
        : [];

    /// <summary>Whether an exception, or one that it wraps, reports that an address can't be bound.</summary>
    public static bool IsCauseOf(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException
                {
                    SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable or SocketError.AccessDenied,
                })
                return true;
        }

        return false;
    }

    private static IEnumerable<PortConflict> Probe(string owner, NodeAddress listen, string setting, bool http, bool udp)
    {
        var error = (udp ? Bind(listen.ToEndPoint(), SocketType.Dgram, ProtocolType.Udp) : null)
            ?? (http ? Bind(listen.ToEndPoint(), SocketType.Stream, ProtocolType.Tcp) : null);
        if (error is { } found)
            yield return new PortConflict(owner, listen, setting, found);
    }

    private static SocketError? Bind(IPEndPoint endPoint, SocketType type, ProtocolType protocol)
    {
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, type, protocol);
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = endPoint.Address.Equals(IPAddress.IPv6Any);
            socket.Bind(endPoint);
            // Two TCP sockets may be bound to one address as long as only one of them listens.
            if (type == SocketType.Stream)
                socket.Listen(1);
            return null;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode;
        }
    }
}
