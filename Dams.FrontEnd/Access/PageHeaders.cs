using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Dams.FrontEnd.Access;

/// <summary>
/// The headers of every answer of a front end: no guessing of types, no referrer, and over HTTPS the order to browsers to come back over
/// HTTPS only. The status page has a content security policy besides.
/// </summary>
internal static class PageHeaders
{
    // A year, as usual. Not for subdomains, which may be other services of a clinic.
    private const string StrictTransport = "max-age=31536000";

    /// <summary>Adds the headers.</summary>
    public static WebApplicationBuilder AddPageHeaders(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IStartupFilter>(new Filter());
        return builder;
    }

    private sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
        {
            web.Use((http, rest) =>
            {
                http.Response.Headers.XContentTypeOptions = "nosniff";
                http.Response.Headers["Referrer-Policy"] = "no-referrer";
                if (http.Request.IsHttps)
                    http.Response.Headers.StrictTransportSecurity = StrictTransport;
                return rest(http);
            });
            next(web);
        };
    }
}
