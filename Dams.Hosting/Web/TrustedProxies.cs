using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;

namespace Dams.Hosting.Web;

/// <summary>
/// Lets proxies say how clients reach the server: <c>X-Forwarded-Proto</c>, <c>X-Forwarded-Host</c>, <c>X-Forwarded-Prefix</c> and
/// <c>X-Forwarded-For</c> replace the scheme, the host, the base of the path, and the address of the client. From anybody else, these
/// headers mean nothing. If a header has a list, its last value counts: the proxy has written that one. The client may have written the
/// others.
/// </summary>
public static class TrustedProxies
{
    /// <summary>Trusts proxies at these addresses.</summary>
    /// <param name="builder">The builder of a server for clients. A server that takes orders must know its real host.</param>
    /// <param name="proxies">The proxies' addresses, as networks; none by default.</param>
    public static WebApplicationBuilder TrustProxies(this WebApplicationBuilder builder, IReadOnlyCollection<System.Net.IPNetwork> proxies)
    {
        // Without any known proxy, the middleware would trust everybody.
        if (proxies.Count > 0)
        {
            builder.Services.AddSingleton(new TrustedNetworks(proxies));
            builder.Services.AddSingleton<IStartupFilter>(new Filter(proxies));
        }

        return builder;
    }

    private sealed class Filter(IReadOnlyCollection<System.Net.IPNetwork> proxies) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
        {
            var options = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.All,
            };
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in proxies)
                options.KnownIPNetworks.Add(proxy);
            web.UseForwardedHeaders(options);
            web.Use(web.ApplicationServices.GetRequiredService<HostCheck>().CheckForwardedAsync);
            next(web);
        };
    }
}

/// <summary>The addresses of trusted proxies.</summary>
/// <param name="Networks">The proxies, as networks.</param>
internal sealed record TrustedNetworks(IReadOnlyCollection<System.Net.IPNetwork> Networks);
