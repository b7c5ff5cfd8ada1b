using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Web;

/// <summary>
/// Ends the exceptions that are a client's doing: a body that is badly framed, too long, too slow or cut off, and a connection that the
/// client closes before it has the answer. The server would log each as an error of the program, with a stack trace. Used by many threads.
/// </summary>
/// <param name="logger">Receives a line at Debug for each.</param>
internal sealed class ClientFailures(ILogger logger) : IStartupFilter
{
    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
    {
        web.Use(ServeAsync);
        next(web);
    };

    private async Task ServeAsync(HttpContext http, RequestDelegate rest)
    {
        try
        {
            await rest(http).ConfigureAwait(false);
        }
        catch (BadHttpRequestException problem) when (!http.Response.HasStarted)
        {
            Log(http, problem);
            http.Response.Clear();
            http.Response.Headers.Connection = "close";
            await OrderEndpoints.SayAsync(http, problem.StatusCode, $"The request was not received: {problem.Message}")
                .ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is ConnectionResetException or ConnectionAbortedException or BadHttpRequestException
            || (problem is IOException or OperationCanceledException && http.RequestAborted.IsCancellationRequested))
        {
            Log(http, problem);
            // Otherwise the server would try to receive the rest of the body, and would warn that it can't.
            http.Abort();
        }
    }

    private void Log(HttpContext http, Exception problem) => HostingLog.ClientFailed(
        logger, http.Request.Method, http.Request.Path, http.Connection.RemoteIpAddress?.ToString(), problem.Message);
}
