using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Dams.Hosting.Access;

/// <summary>The place of a client, for counters and limits.</summary>
public static class ClientPlace
{
    // One customer of a provider has all addresses of such a network.
    private const int NetworkBytes = 8;

    /// <summary>The address itself, or the network of 64 bits of an IPv6 address.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        return address.AddressFamily == AddressFamily.InterNetworkV6 && !IPAddress.IsLoopback(address)
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, NetworkBytes))
            : address.ToString();
    }

    /// <summary>
    /// Whether a client is on this machine: it came over loopback, or to an address from the same one. A trusted proxy's client is not,
    /// because its own address has replaced the proxy's.
    /// </summary>
    public static bool IsThisMachine(ConnectionInfo connection) => connection.RemoteIpAddress is { } remote
        && (IPAddress.IsLoopback(remote) || remote.Equals(connection.LocalIpAddress));
}
