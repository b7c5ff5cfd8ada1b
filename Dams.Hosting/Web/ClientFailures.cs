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
    // As long as the server itself waits for the rest of a body.
    private static readonly TimeSpan s_restPatience = TimeSpan.FromSeconds(5);

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
            if (http.Request.Headers.TransferEncoding.Count > 0
                && IsAnswered(http.Response)
                && !http.RequestAborted.IsCancellationRequested)
            {
                await TakeRestAsync(http).ConfigureAwait(false);
            }
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

    // A request that has no answer was aborted. Its token is cancelled a moment later, so it can't tell.
    private static bool IsAnswered(HttpResponse response) =>
        response.HasStarted || response.StatusCode != StatusCodes.Status200OK || response.ContentLength is not null;

    // The server takes in what is left of a body after the answer. It would report a trailer with a character that no header has as an
    // error of the program. Any other failure it meets again, and ends the connection.
    private async Task TakeRestAsync(HttpContext http)
    {
        await http.Response.CompleteAsync().ConfigureAwait(false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(s_restPatience);
        try
        {
            var body = http.Request.BodyReader;
            for (var isEnded = false; !isEnded;)
            {
                var read = await body.ReadAsync(patience.Token).ConfigureAwait(false);
                isEnded = read.IsCompleted;
                body.AdvanceTo(read.Buffer.End);
            }
        }
        catch (IOException)
        {
            // The answer is sent already, and the server ends the connection.
        }
        catch (Exception problem) when (problem is InvalidOperationException or OperationCanceledException)
        {
            Log(http, problem);
            http.Abort();
        }
    }

    private void Log(HttpContext http, Exception problem) => HostingLog.ClientFailed(
        logger, http.Request.Method, http.Request.Path, http.Connection.RemoteIpAddress?.ToString(), problem.Message);
}
