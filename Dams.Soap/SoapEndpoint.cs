using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Dams.Soap;

/// <summary>
/// One service at one path: documents by GET, messages by POST. Faults of both SOAP versions have status 500, because .NET clients hide a
/// fault that comes with 400. Only 413 and 401 carry a fault besides. Used by many threads.
/// </summary>
internal sealed class SoapEndpoint(
    SoapContract contract, SoapServiceOptions options, SoapAnswers answers, ISoapDispatcher dispatcher, ILogger logger)
{
    // Longer than any name of a parameter.
    private const int FieldLengthMax = 64;

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
            page = HelpPage.Render(contract, options, address);
            http.Response.ContentType = "text/html; charset=utf-8";
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
            await answers.SendFaultAsync(http, version, StatusCodes.Status401Unauthorized, denied).ConfigureAwait(false);
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
        if (refusal is null && options.IsForgiving)
        {
            refusal = ForgivingReader.Read(contract, version, text, action, options, out call);
        }
        else if (refusal is null
            && (options.FullValidationOnly || !MessageReader.TryRead(contract, version, text, action, options.DepthMax, out call)))
        {
            refusal = MessageValidator.Read(contract, version, text, action, options.DepthMax, out call);
        }

        if (refusal is not null)
            await RefuseAsync(http, version, SoapHostFaultKind.InvalidRequest, refusal).ConfigureAwait(false);
        else
            await dispatcher.DispatchAsync(http, version, call!).ConfigureAwait(false);
    }

    private Task RefuseAsync(HttpContext http, SoapVersion version, SoapHostFaultKind kind, SoapRefusal refusal)
    {
        var reason = answers.CleanReason(refusal.Reason);
        logger.MessageRefused(http.Connection.RemoteIpAddress?.ToString(), reason);
        var detail = refusal.Side is SoapFaultSide.MustUnderstand or SoapFaultSide.VersionMismatch
            ? null
            : options.FaultDetail(
                new SoapHostFault(kind, reason, refusal.Field is { } field ? options.CleanText(field, FieldLengthMax) : null));
        var status = kind == SoapHostFaultKind.TooLarge
            ? StatusCodes.Status413PayloadTooLarge
            : StatusCodes.Status500InternalServerError;
        return answers.SendFaultAsync(http, version, status, refusal.Side, reason, detail, refusal);
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
}
