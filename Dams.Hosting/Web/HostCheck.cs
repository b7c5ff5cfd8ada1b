using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dams.Hosting.Topology;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dams.Hosting.Web;

/// <summary>
/// Answers 400 to a request whose host is none (RFC 9112, section 3.2), and 421 to a request for the host of somebody else
/// (<see cref="HostNames"/>; RFC 9110, section 15.5.20). Kestrel checks the characters only. The WSDL repeats the host, so it must be a
/// name or an address, and its port must be one. For any thread.
/// </summary>
/// <param name="names">The hosts under which the server answers.</param>
/// <param name="proxies">The trusted proxies, as networks. A forwarded host is checked once more, and only that counts.</param>
internal sealed class HostCheck(HostNames names, IReadOnlyCollection<System.Net.IPNetwork> proxies) : IStartupFilter
{
    // A DNS name has at most 253 characters; an address has fewer.
    private const int NameLengthMax = 255;

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
    {
        web.Use((http, rest) => CheckAsync(http, rest, IsProxy(http.Connection.RemoteIpAddress)));
        next(web);
    };

    /// <summary>Passes a request of a trusted proxy on if the host that it forwards is valid and one of the server's.</summary>
    public Task CheckForwardedAsync(HttpContext http, RequestDelegate rest) => CheckAsync(http, rest, isForwarded: false);

    /// <param name="http">The request.</param>
    /// <param name="rest">The rest of its way.</param>
    /// <param name="isForwarded">Whether a proxy sends it. Proxies call the server by names of their own.</param>
    private Task CheckAsync(HttpContext http, RequestDelegate rest, bool isForwarded)
    {
        var host = http.Request.Host.Value ?? "";
        // HTTP/1.0 has requests without a host. No browser sends them.
        if (host.Length == 0 && HttpProtocol.IsHttp10(http.Request.Protocol))
            return rest(http);
        if (IsValid(host))
        {
            return isForwarded || names.Includes(http.Request.Host.Host, http.Connection.LocalIpAddress)
                ? rest(http)
                : OrderEndpoints.SayAsync(
                    http,
                    StatusCodes.Status421MisdirectedRequest,
                    $"{host} is not a host of this process. Use its address, or add the name to allowedHosts in "
                    + $"{ClusterTopology.FileName}.");
        }

        return OrderEndpoints.SayAsync(
            http,
            StatusCodes.Status400BadRequest,
            "The host of the request is invalid. Send a name or an address, and after a colon a port from 1 to 65535 if there is one.");
    }

    private bool IsProxy(IPAddress? remote) => remote is not null
        && proxies.Any(proxy => proxy.Contains(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote));

    private static bool IsValid(string host)
    {
        var colon = host.LastIndexOf(':');
        var hasPort = colon > host.LastIndexOf(']');
        var name = hasPort ? host[..colon] : host;
        return name.Length is > 0 and <= NameLengthMax && IsName(name) && (!hasPort || IsPort(host[(colon + 1)..]));
    }

    private static bool IsName(string name) => name[0] == '['
        ? name[^1] == ']' && IPAddress.TryParse(name[1..^1], out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
        : Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4;

    private static bool IsPort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;
}
