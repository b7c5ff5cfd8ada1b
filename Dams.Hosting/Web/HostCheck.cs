using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dams.Hosting.Web;

/// <summary>
/// Answers 400 to a request whose host is none (RFC 9112, section 3.2). Kestrel checks the characters only. The WSDL repeats the host, so
/// it must be a name or an address, and its port must be one.
/// </summary>
internal sealed class HostCheck : IStartupFilter
{
    // A DNS name has at most 253 characters; an address has fewer.
    private const int NameLengthMax = 255;

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
    {
        web.Use(CheckAsync);
        next(web);
    };

    /// <summary>Passes the request on if its host is valid.</summary>
    public static Task CheckAsync(HttpContext http, RequestDelegate rest)
    {
        var host = http.Request.Host.Value ?? "";
        // HTTP/1.0 has requests without a host.
        if (IsValid(host) || (host.Length == 0 && HttpProtocol.IsHttp10(http.Request.Protocol)))
            return rest(http);
        return OrderEndpoints.SayAsync(
            http,
            StatusCodes.Status400BadRequest,
            "The host of the request is invalid. Send a name or an address, and after a colon a port from 1 to 65535 if there is one.");
    }

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
