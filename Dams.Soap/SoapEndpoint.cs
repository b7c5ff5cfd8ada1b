using System.Collections.Concurrent;
using System.Net;
using System.ServiceModel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Dams.Soap;

/// <summary>
/// One service at one path: documents by GET, messages by POST. Faults of both SOAP versions have status 500, because .NET clients hide a
/// fault that comes with 400. Only 413 and 401 carry a fault besides. Used by many threads.
/// </summary>
internal sealed class SoapEndpoint(
    SoapContract contract, Func<HttpContext, object> implementation, SoapServiceOptions options, ILogger logger)
{
    // Enough for a sentence, too few to serve as a channel.
    private const int ReasonLengthMax = 300;
    private const int FieldLengthMax = 64;
    private static readonly ConcurrentDictionary<Type, Func<FaultException, object?>> s_details = new();

    public Task HandleAsync(HttpContext http)
    {
        if (HttpMethods.IsPost(http.Request.Method))
            return PostAsync(http);
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            return GetAsync(http);
        http.Response.Headers.Allow = "GET, HEAD, POST";
        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    private async Task GetAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var address = AddressOf(http);
        byte[] page;
        if (query.ContainsKey("wsdl") || query.ContainsKey("singleWsdl"))
        {
            var only = query["soap"].ToString() switch
            {
                "1.1" => SoapVersion.Soap11,
                "1.2" => SoapVersion.Soap12,
                _ => null,
            };
            page = contract.Wsdl.Render(address, only);
            http.Response.ContentType = "text/xml; charset=utf-8";
        }
        else
        {
            page = HelpPage.Answer(http, contract, options, address);
        }

        http.Response.ContentLength = page.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(page, http.RequestAborted).ConfigureAwait(false);
    }

    private async Task PostAsync(HttpContext http)
    {
        var request = http.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var contentType)
            || VersionOf(contentType) is not { } version
            || !RequestText.IsSupported(contentType)
            || request.Headers.ContentEncoding.ToString() is not ("" or "identity"))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        if (options.Authorize is { } authorize && await authorize(http).ConfigureAwait(false) is { } denied)
        {
            http.Response.Headers.WWWAuthenticate = options.Challenge;
            await AnswerFaultAsync(http, version, StatusCodes.Status401Unauthorized, denied).ConfigureAwait(false);
            return;
        }

        var (text, refusal, isTooLarge) = await ReadAsync(http, contentType).ConfigureAwait(false);
        if (isTooLarge)
        {
            await RefuseAsync(
                http,
                version,
                SoapHostFaultKind.TooLarge,
                SoapRefusal.Invalid($"The message is longer than {options.RequestBytesMax} bytes.")).ConfigureAwait(false);
            return;
        }

        SoapCall? call = null;
        var action = ActionOf(request, version, contentType);
        if (refusal is null
            && (options.FullValidationOnly || !MessageReader.TryRead(contract, version, text, action, options.DepthMax, out call)))
        {
            refusal = MessageValidator.Read(contract, version, text, action, options.DepthMax, out call);
        }

        if (refusal is not null)
            await RefuseAsync(http, version, SoapHostFaultKind.InvalidRequest, refusal).ConfigureAwait(false);
        else
            await CallAsync(http, version, call!).ConfigureAwait(false);
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

    private Task RefuseAsync(HttpContext http, SoapVersion version, SoapHostFaultKind kind, SoapRefusal refusal)
    {
        var reason = options.CleanText(refusal.Reason, ReasonLengthMax);
        logger.MessageRefused(http.Connection.RemoteIpAddress?.ToString(), reason);
        var detail = refusal.Side is SoapFaultSide.MustUnderstand or SoapFaultSide.VersionMismatch
            ? null
            : options.FaultDetail(
                new SoapHostFault(kind, reason, refusal.Field is { } field ? options.CleanText(field, FieldLengthMax) : null));
        var status = kind == SoapHostFaultKind.TooLarge
            ? StatusCodes.Status413PayloadTooLarge
            : StatusCodes.Status500InternalServerError;
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

    private static async Task SendAsync(HttpContext http, SoapVersion version, int status, PooledStream output)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = version.ContentType;
        http.Response.ContentLength = output.Length;
        await http.Response.Body.WriteAsync(output.Written, http.RequestAborted).ConfigureAwait(false);
    }

    private async ValueTask<(string Text, SoapRefusal? Refusal, bool IsTooLarge)> ReadAsync(
        HttpContext http, MediaTypeHeaderValue contentType)
    {
        if (http.Request.ContentLength > options.RequestBytesMax)
            return ("", null, true);
        var body = http.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(http.RequestAborted).ConfigureAwait(false);
            if (read.Buffer.Length > options.RequestBytesMax)
            {
                body.AdvanceTo(read.Buffer.End);
                return ("", null, true);
            }

            if (read.IsCompleted)
            {
                var refusal = RequestText.Decode(read.Buffer, contentType, out var text);
                body.AdvanceTo(read.Buffer.End);
                return (text, refusal, false);
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static SoapVersion? VersionOf(MediaTypeHeaderValue contentType) =>
        contentType.MediaType.Equals(SoapVersion.Soap11.MediaType, StringComparison.OrdinalIgnoreCase) ? SoapVersion.Soap11
        : contentType.MediaType.Equals(SoapVersion.Soap12.MediaType, StringComparison.OrdinalIgnoreCase) ? SoapVersion.Soap12
        : null;

    private static string? ActionOf(HttpRequest request, SoapVersion version, MediaTypeHeaderValue contentType)
    {
        if (version == SoapVersion.Soap11)
            return request.Headers["SOAPAction"].ToString().Trim().Trim('"');
        foreach (var parameter in contentType.Parameters)
        {
            if (parameter.Name.Equals("action", StringComparison.OrdinalIgnoreCase))
                return HeaderUtilities.RemoveQuotes(parameter.Value).ToString();
        }

        return null;
    }

    // The operator or the connection must vouch for an address that a client gets. It never comes from a header that anybody can write.
    private string AddressOf(HttpContext http)
    {
        var path = http.Request.PathBase + http.Request.Path;
        if (options.PublicBaseUrl is { } publicBase)
            return publicBase.AbsoluteUri.TrimEnd('/') + path.ToUriComponent();
        var host = http.Request.Host;
        if (!IsAllowed(host))
        {
            var local = http.Connection.LocalIpAddress ?? IPAddress.Loopback;
            host = new HostString(
                local.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{local}]" : local.ToString(),
                http.Connection.LocalPort);
        }

        return $"{http.Request.Scheme}://{host.ToUriComponent()}{path.ToUriComponent()}";
    }

    private bool IsAllowed(HostString host) => host.HasValue
        && (host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Host, out var address) && IPAddress.IsLoopback(address))
            || options.AllowedHosts.Any(allowed => allowed == "*" || allowed.Equals(host.Host, StringComparison.OrdinalIgnoreCase)));

    private static object? DetailOf(FaultException fault) => s_details.GetOrAdd(fault.GetType(), static type =>
    {
        var property = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(FaultException<>)
            ? type.GetProperty("Detail")
            : null;
        return property is null ? static _ => null : exception => property.GetValue(exception);
    })(fault);
}
