using System.Net;

namespace Dams.Hosting.Topology;

/// <summary>A machine of the cluster, or a container.</summary>
/// <param name="Name">Its name in the table <c>hosts</c>: 1 to 32 lower-case letters, digits and hyphens.</param>
/// <param name="Address">The address or DNS name at which the other hosts and clients reach it.</param>
/// <param name="Listen">
/// The address at which its processes listen. It differs from <paramref name="Address"/> behind NAT, and in containers.
/// </param>
public sealed record ClusterHost(string Name, HostAddress Address, IPAddress Listen)
{
    /// <summary>
    /// The address where processes listen if the configuration does not say it. A name may get another address while they run, so they
    /// listen at all addresses.
    /// </summary>
    internal static IPAddress ListenFor(HostAddress address) =>
        address.Ip ?? (address.IsLoopback ? IPAddress.Loopback : IPAddress.IPv6Any);

    /// <summary>Whether only this machine reaches the host's processes.</summary>
    public bool IsLoopback => Address.IsLoopback && IPAddress.IsLoopback(Listen);

    /// <summary>Whether a socket of this host can send to an address. A socket at all IPv6 addresses sends to IPv4 as well.</summary>
    internal bool CanSendTo(IPAddress address) => Listen.Equals(IPAddress.IPv6Any) || Listen.AddressFamily == address.AddressFamily;

    /// <summary>The address where orders are taken on this host: always a loopback address.</summary>
    internal IPAddress ControlAddress => IPAddress.IsLoopback(Listen) ? Listen : IPAddress.Loopback;
}
