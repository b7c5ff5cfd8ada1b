using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Dams.Hosting.Web;

/// <summary>
/// Gives addresses of IPv4 their own form. At a socket that listens at all addresses of IPv6, the system reports 10.1.2.3 as
/// ::ffff:10.1.2.3. No rule about addresses, no log and no WSDL may depend on that.
/// </summary>
internal sealed class PlainAddresses : IStartupFilter
{
    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
    {
        web.Use((http, rest) =>
        {
            http.Connection.RemoteIpAddress = Plain(http.Connection.RemoteIpAddress);
            http.Connection.LocalIpAddress = Plain(http.Connection.LocalIpAddress);
            return rest(http);
        });
        next(web);
    };

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
