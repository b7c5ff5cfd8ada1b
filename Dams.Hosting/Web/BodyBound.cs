using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dams.Hosting.Web;

/// <summary>
/// Bounds the memory of requests that are being received. A body is held whole until it is read, and every connection may have one under
/// way: a thousand half-sent bodies would take a quarter of a gigabyte. So only a few bodies may be longer than any usual call; further
/// ones are answered 503. Used by many threads.
/// </summary>
internal sealed class BodyBound : IStartupFilter
{
    /// <summary>The longest usual body. The longest valid call needs 2 KiB, the security headers of some clients need 20 KiB.</summary>
    public const int UsualBytesMax = 32 * 1024;

    /// <summary>
    /// The most bodies above that length at once. Together they have 16 MiB at most where a body may have 256 KiB, the default. Where the
    /// configuration allows 16 MiB, the highest limit, they may have 1 GiB.
    /// </summary>
    public const int LongBodiesMax = 64;

    private int _long;

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
    {
        web.Use(async (http, rest) =>
        {
            // A body that does not state its length may have any length.
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
