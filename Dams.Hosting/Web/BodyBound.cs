using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dams.Hosting.Web;

/// <summary>
/// Bounds the memory of requests that are being received. A body is held whole until it is read, and as many may be under way as there are
/// connections: a thousand that are half sent would take a quarter of a gigabyte. So only a few may be longer than any usual call; more of
/// those are answered 503. Used by many threads.
/// </summary>
internal sealed class BodyBound : IStartupFilter
{
    /// <summary>No call is longer: the longest valid one needs 2 KiB, security headers of some clients 20.</summary>
    public const int UsualBytesMax = 32 * 1024;

    /// <summary>At the default limit of a body 16 MiB together.</summary>
    public const int LongBodiesMax = 64;

    private int _long;

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
    {
        web.Use(async (http, rest) =>
        {
            // One that does not say its length may have any.
            var isLong = http.Request.ContentLength is { } length
                ? length > UsualBytesMax
                : http.Request.Headers.TransferEncoding.Count > 0;
            if (!isLong)
            {
                await rest(http).ConfigureAwait(false);
                return;
            }

            try
            {
                if (Interlocked.Increment(ref _long) <= LongBodiesMax)
                    await rest(http).ConfigureAwait(false);
                else
                    await RefuseAsync(http).ConfigureAwait(false);
            }
            finally
            {
                Interlocked.Decrement(ref _long);
            }
        });
        next(web);
    };

    private static Task RefuseAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.RetryAfter = "1";
        http.Response.Headers.Connection = "close";
        return http.Response.WriteAsync(
            $"Too many requests of more than {UsualBytesMax} bytes are being received; try again.\n", http.RequestAborted);
    }
}
