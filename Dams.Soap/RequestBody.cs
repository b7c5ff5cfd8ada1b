using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Dams.Soap;

/// <summary>
/// Receives the body of a request. The limit is the number of the body's bytes, with a stated length and in chunks alike. A body that never
/// comes, comes too slowly or is badly framed is the client's doing: it gives a refusal and a line at Debug.
/// </summary>
internal static class RequestBody
{
    // The server counts the framing of chunks too. A chunk of one byte has six, and its extensions may have any number. The bytes of the
    // body are counted here, so this only ends a request that never ends. It is also how much of a body over the limit the server
    // takes in after the answer; a client that writes all before it reads would otherwise see a reset instead of the answer.
    private const long ReceivedBytesMin = 64 * 1024 * 1024;
    private const int FramingFactor = 8;

    /// <summary>Receives and decodes a body. Null if the client has disconnected, so that there is nobody to answer.</summary>
    public static async ValueTask<ReceivedBody?> ReadAsync(
        HttpContext http, RequestMedia media, SoapServiceOptions options, ILogger logger)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = Math.Max(ReceivedBytesMin, (long)FramingFactor * options.RequestBytesMax);
        try
        {
            return http.Request.ContentLength > options.RequestBytesMax
                ? TooLong(options)
                : await CollectAsync(http, media, options).ConfigureAwait(false);
        }
        catch (IOException problem) when (problem is not ConnectionResetException)
        {
            return NotReceived(problem);
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or InvalidOperationException)
        {
            // Kestrel throws an InvalidOperationException for a trailer with a character that no header has.
            logger.BodyNotReceived(http.Connection.RemoteIpAddress?.ToString(), problem.Message);
            // Otherwise the server would try to receive the rest, and would report as an error that it can't.
            http.Abort();
            return null;
        }
    }

    private static async ValueTask<ReceivedBody> CollectAsync(HttpContext http, RequestMedia media, SoapServiceOptions options)
    {
        var body = http.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(http.RequestAborted).ConfigureAwait(false);
            if (read.Buffer.Length > options.RequestBytesMax)
            {
                body.AdvanceTo(read.Buffer.End);
                return TooLong(options);
            }

            if (read.IsCompleted)
            {
                var refusal = RequestText.Decode(read.Buffer, media.Charset, options.AcceptsLatin1, out var text);
                body.AdvanceTo(read.Buffer.End);
                return new ReceivedBody(text, refusal, StatusCodes.Status500InternalServerError);
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ReceivedBody TooLong(SoapServiceOptions options) => new(
        "",
        SoapRefusal.Invalid($"The message is longer than {options.RequestBytesMax} bytes."),
        StatusCodes.Status413PayloadTooLarge);

    private static ReceivedBody NotReceived(IOException problem) => (problem as BadHttpRequestException)?.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new ReceivedBody(
            "",
            SoapRefusal.Invalid("The chunks of the message have far more framing than content."),
            StatusCodes.Status413PayloadTooLarge),
        StatusCodes.Status408RequestTimeout => new ReceivedBody(
            "",
            SoapRefusal.Invalid("The message came too slowly, so the server stopped receiving it."),
            StatusCodes.Status408RequestTimeout),
        _ => new ReceivedBody(
            "",
            SoapRefusal.Invalid($"The message was not received whole: {problem.Message}"),
            StatusCodes.Status400BadRequest),
    };
}
