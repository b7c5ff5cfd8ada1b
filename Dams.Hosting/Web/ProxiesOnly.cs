using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Dams.Hosting.Web;

/// <summary>
/// Answers the trusted proxies and this machine only, and 403 to anybody else. A front end that speaks plain HTTP beyond loopback needs it:
/// the proxy speaks HTTPS for it, and nobody may pass it by.
/// </summary>
public static class ProxiesOnly
{
    /// <summary>Answers these proxies and this machine only. Call it before anything replaces the addresses of connections.</summary>
    /// <param name="builder">The builder of the server.</param>
    /// <param name="proxies">The proxies' addresses, as networks.</param>
    public static WebApplicationBuilder AnswerProxiesOnly(
        this WebApplicationBuilder builder, IReadOnlyCollection<System.Net.IPNetwork> proxies)
    {
        builder.Services.AddSingleton<IStartupFilter>(new Filter(proxies));
        return builder;
    }

    private sealed class Filter(IReadOnlyCollection<System.Net.IPNetwork> proxies) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
        {
            web.Use((http, rest) => IsTrusted(http.Connection.RemoteIpAddress)
                ? rest(http)
                : OrderEndpoints.SayAsync(http, StatusCodes.Status403Forbidden,
                    "This front end answers its proxy only. Use the https address of the service."));
            next(web);
        };

        private bool IsTrusted(IPAddress? client)
        {
            var address = client is { IsIPv4MappedToIPv6: true } ? client.MapToIPv4() : client;
            return address is not null && (IPAddress.IsLoopback(address) || proxies.Any(proxy => proxy.Contains(address)));
        }
    }
}
