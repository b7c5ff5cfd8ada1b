using System.Globalization;
using System.Threading.RateLimiting;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Dams.FrontEnd.Access;

/// <summary>
/// Limits the requests of each address in a second, before anything is read or checked. A further one is answered 429. The machine itself is
/// not limited.
/// </summary>
internal static class AddressRate
{
    /// <summary>Adds the limit, if there are limits.</summary>
    public static WebApplicationBuilder LimitAddresses(this WebApplicationBuilder builder, ClusterLimits limits, CallShares? shares)
    {
        if (shares is not null)
            builder.Services.AddRateLimiter(_ => { }).AddSingleton<IStartupFilter>(new Filter(limits));
        return builder;
    }

    private sealed class Filter(ClusterLimits limits) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
        {
            var options = CallShares.Bucket(limits.AddressRequestsPerSecondMax);
            web.UseRateLimiter(new RateLimiterOptions
            {
                RejectionStatusCode = StatusCodes.Status429TooManyRequests,
                GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => ClientPlace.IsThisMachine(http.Connection)
                    ? RateLimitPartition.GetNoLimiter("")
                    : RateLimitPartition.GetTokenBucketLimiter(ClientPlace.Of(http.Connection.RemoteIpAddress), _ => options)),
                OnRejected = (context, _) => RefuseAsync(context),
            });
            next(web);
        };

        private static ValueTask RefuseAsync(OnRejectedContext context)
        {
            var http = context.HttpContext;
            var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var given) ? given : TimeSpan.FromSeconds(1);
            http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            // A client that waits for 100 does not send its body. The server would wait for it.
            if (http.Request.Headers.Expect.Count > 0)
                http.Response.Headers.Connection = "close";
            return new ValueTask(OrderEndpoints.SayAsync(
                http, StatusCodes.Status429TooManyRequests, "Too many requests come from this address: try again."));
        }
    }
}
