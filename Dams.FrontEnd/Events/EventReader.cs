using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Dams.FrontEnd.Events;

/// <summary>
/// Tells the readers of <c>/events</c> apart, so that one of them can't take all streams. A user who has logged in is one reader,
/// wherever the user is. Anybody else is one reader with the others at the same address.
/// </summary>
internal static class EventReader
{
    // A house has at least so many bits of IPv6 addresses of its own.
    private const int NetworkBytes = 8;

    /// <summary>The name of the reader, for people, too.</summary>
    public static string Of(HttpContext http) =>
        http.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } user } ? $"user {user}" : Of(http.Connection.RemoteIpAddress);

    private static string Of(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address))
            return "this machine";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/{8 * NetworkBytes}";
    }
}
