using System.Collections.Concurrent;
using System.ServiceModel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dams.Soap;

/// <summary>
/// One service at one path: documents by GET, messages by POST. Faults of both SOAP versions have status 500, because .NET clients hide a
/// fault that comes with 400. Besides, only 401 and the failures to receive a message (400, 408 and 413) carry a fault. Used by many
/// threads.
/// </summary>
internal sealed class SoapEndpoint(
    SoapContract contract, Func<HttpContext, object> implementation, ServiceAddress address, SoapServiceOptions options, ILogger logger)
{
    // Enough for a sentence, too few to serve as a channel.
    private const int ReasonLengthMax = 300;
    private const int FieldLengthMax = 64;
    private static readonly ConcurrentDictionary<Type, Func<FaultException, object?>> s_details = new();

    private readonly ServiceDocuments _documents = new(contract, options, address);

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await AnswerAsync(http).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException && http.RequestAborted.IsCancellationRequested)
        {
            logger.AnswerNotTaken(http.Connection.RemoteIpAddress?.ToString(), problem.Message);
        }
    }

    private Task AnswerAsync(HttpContext http)
    {
        if (HttpMethods.IsPost(http.Request.Method))
            return PostAsync(http);
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            return _documents.AnswerAsync(http);
        http.Response.Headers.Allow = "GET, HEAD, POST";
        return PlainText.AnswerAsync(
            http,
            StatusCodes.Status405MethodNotAllowed,
            "Send SOAP messages to this address by POST. GET shows samples, and the WSDL with ?wsdl.");
    }

    private async Task PostAsync(HttpContext http)
    {
        if (RequestMedia.Read(http.Request, options, out var media) is { } refused)
        {
            logger.MessageRefused(http.Connection.RemoteIpAddress?.ToString(), refused.Text);
            http.Response.Headers[refused.Header] = refused.Accepted;
            CloseIfBodyIsHeldBack(http);
            await PlainText.AnswerAsync(http, StatusCodes.Status415UnsupportedMediaType, refused.Text).ConfigureAwait(false);
            return;
        }

        var version = media.Version ?? SoapVersion.Soap11;
        if (options.Authorize is { } authorize && await authorize(http).ConfigureAwait(false) is { } denied)
        {
            http.Response.Headers.WWWAuthenticate = options.Challenge;
            CloseIfBodyIsHeldBack(http);
            await AnswerFaultAsync(http, version, StatusCodes.Status401Unauthorized, denied).ConfigureAwait(false);
            return;
        }

        if (await RequestBody.ReadAsync(http, media, options, logger).ConfigureAwait(false) is not { } body)
            return;
        if (body.Refusal is not null)
        {
            if (body.Status == StatusCodes.Status413PayloadTooLarge)
                CloseIfBodyIsHeldBack(http);
            // The rest of such a body can't be told from the next request.
            if (body.Status is StatusCodes.Status400BadRequest or StatusCodes.Status408RequestTimeout)
                http.Response.Headers.Connection = "close";
            await RefuseAsync(http, version, body.Status, body.Refusal).ConfigureAwait(false);
            return;
        }

        version = media.Version ?? SoapVersion.OfEnvelope(body.Text) ?? version;
        var action = ActionOf(http.Request, version, media);
        SoapCall? call = null;
        SoapRefusal? refusal = null;
        if (options.FullValidationOnly || !MessageReader.TryRead(contract, version, body.Text, action, options.DepthMax, out call))
            refusal = MessageValidator.Read(contract, version, body.Text, action, options.DepthMax, out call);
        if (refusal is null)
        {
            await CallAsync(http, version, call!).ConfigureAwait(false);
            return;
        }

        // SOAP 1.2 part 1, appendix A: a client of SOAP 1.1 gets the fault in SOAP 1.1, whatever the content type. A client that sends a
        // 1.2 envelope as text/xml gets the same, which is the answer of any service that knows SOAP 1.1 only.
        if (refusal.Side == SoapFaultSide.VersionMismatch && SoapVersion.OfEnvelope(body.Text) == SoapVersion.Soap11)
            version = SoapVersion.Soap11;
        await RefuseAsync(http, version, StatusCodes.Status500InternalServerError, refusal).ConfigureAwait(false);
    }

    private async Task CallAsync(HttpContext http, SoapVersion version, SoapCall call)
    {
        using var output = new PooledStream();
        try
        {
            var result = await call.Operation.Invoke(implementation(http), call.Arguments).ConfigureAwait(false);
            MessageWriter.WriteAnswer(output, version, call.Operation, result);
        }
        catch (FaultException fault)
        {
            await AnswerFaultAsync(http, version, StatusCodes.Status500InternalServerError, fault).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            logger.ClientGone(call.Operation.Name);
            return;
        }
#pragma warning disable CA1031 // Exceptions of any kind end at the edge; the log has them, the client has the reference.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var reference = http.TraceIdentifier;
            logger.OperationFailed(call.Operation.Name, reference, e);
            var reason = $"Internal error. The log of the service has the cause under the reference {reference}.";
            var detail = options.FaultDetail(new SoapHostFault(SoapHostFaultKind.InternalError, reason, null));
            await AnswerFaultAsync(
                http, version, StatusCodes.Status500InternalServerError, SoapFaultSide.Receiver, reason, detail, null)
                .ConfigureAwait(false);
            return;
        }

        await SendAsync(http, version, StatusCodes.Status200OK, output).ConfigureAwait(false);
    }

    private Task RefuseAsync(HttpContext http, SoapVersion version, int status, SoapRefusal refusal)
    {
        var reason = options.CleanText(refusal.Reason, ReasonLengthMax);
        logger.MessageRefused(http.Connection.RemoteIpAddress?.ToString(), reason);
        var kind = status == StatusCodes.Status413PayloadTooLarge ? SoapHostFaultKind.TooLarge : SoapHostFaultKind.InvalidRequest;
        var detail = refusal.Side is SoapFaultSide.MustUnderstand or SoapFaultSide.VersionMismatch
            ? null
            : options.FaultDetail(
                new SoapHostFault(kind, reason, refusal.Field is { } field ? options.CleanText(field, FieldLengthMax) : null));
        return AnswerFaultAsync(http, version, status, refusal.Side, reason, detail, refusal);
    }

    private Task AnswerFaultAsync(HttpContext http, SoapVersion version, int status, FaultException fault)
    {
        var side = fault.Code.Name is "Sender" or "Client" ? SoapFaultSide.Sender : SoapFaultSide.Receiver;
        var reason = options.CleanText(fault.Reason.ToString(), ReasonLengthMax);
        return AnswerFaultAsync(http, version, status, side, reason, DetailOf(fault), null);
    }

    private async Task AnswerFaultAsync(
        HttpContext http, SoapVersion version, int status, SoapFaultSide side, string reason, object? detail, SoapRefusal? refusal)
    {
        using var output = new PooledStream();
        var serializer = detail is null ? null : contract.FaultSerializer(detail.GetType());
        MessageWriter.WriteFault(output, version, side, reason, detail, serializer, refusal?.NotUnderstood);
        await SendAsync(http, version, status, output).ConfigureAwait(false);
    }

    // A client that waits for 100 and gets a refusal does not send the body. The server would wait for it, or for the next request.
    private static void CloseIfBodyIsHeldBack(HttpContext http)
    {
        if (http.Request.Headers.Expect.Count > 0)
            http.Response.Headers.Connection = "close";
    }

    private async Task SendAsync(HttpContext http, SoapVersion version, int status, PooledStream output)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = version.ContentType;
        http.Response.ContentLength = output.Length;
        var written = await http.Response.BodyWriter.WriteAsync(output.Written, http.RequestAborted).ConfigureAwait(false);
        if (status == StatusCodes.Status200OK && (written.IsCompleted || http.RequestAborted.IsCancellationRequested))
            logger.AnswerNotTaken(http.Connection.RemoteIpAddress?.ToString(), "the connection is closed");
    }

    private static string? ActionOf(HttpRequest request, SoapVersion version, RequestMedia media) =>
        version == SoapVersion.Soap11 ? request.Headers["SOAPAction"].ToString().Trim().Trim('"') : media.Action;

    private static object? DetailOf(FaultException fault) => s_details.GetOrAdd(fault.GetType(), static type =>
    {
        var property = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(FaultException<>)
            ? type.GetProperty("Detail")
            : null;
        return property is null ? static _ => null : exception => property.GetValue(exception);
    })(fault);
}
