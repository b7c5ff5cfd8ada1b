using System.Net;
using System.Net.Sockets;

namespace Dams.Hosting.Topology;

/// <summary>An address and port where a process listens.</summary>
/// <param name="Address">IPv4 or IPv6. All addresses of this machine: <c>0.0.0.0</c> those of IPv4, <c>::</c> those of IPv6 too.</param>
/// <param name="Port">1 to 65,535.</param>
public sealed record NodeAddress(IPAddress Address, int Port)
{
    /// <summary>
    /// This address as sockets use it: <c>::</c> is <c>0.0.0.0</c> if this machine has no IPv6. A new object each time, because an end
    /// point can be changed.
    /// </summary>
    public IPEndPoint ToEndPoint() =>
        new(Address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? IPAddress.Any : Address, Port);

    /// <summary>The root of what is served there by HTTP, without a slash at the end.</summary>
    public Uri ToHttpUri() => new($"http://{this}", UriKind.Absolute);

    /// <summary><c>address:port</c>, with an IPv6 address in brackets.</summary>
    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
