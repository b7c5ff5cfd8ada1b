using System.Globalization;
using System.Xml;
using Dams.Soap.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Dams.Soap;

/// <summary>
/// One service at one path: documents by GET, messages by POST. Faults of both SOAP versions have status 500, because .NET clients hide a
/// fault that comes with 400. Besides, only 401, 429 and the failures to receive a message (400, 408 and 413) carry a fault. Used by many
/// threads.
/// </summary>
internal sealed class SoapEndpoint(
    SoapContract contract,
    SoapServiceOptions options,
    ServiceAddress address,
    SoapAnswers answers,
    ISoapDispatcher dispatcher,
    ILogger logger)
{
    // Longer than any name of a parameter.
    private const int FieldLengthMax = 64;

    private readonly ServiceDocuments _documents = new(contract, options, address);

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await AnswerAsync(http).ConfigureAwait(false);
        }
        catch (Exception problem) when (IsClientGone(http, problem))
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
        var denied = options.Authorize is { } authorize ? await authorize(http).ConfigureAwait(false) : null;
        if (denied is not null && !MayHaveToken(http))
        {
            CloseIfBodyIsHeldBack(http);
            await DenyAsync(http, version, denied).ConfigureAwait(false);
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
            try
            {
                await RefuseAsync(http, version, body.Status, body.Refusal).ConfigureAwait(false);
            }
            catch (Exception problem) when (IsClientGone(http, problem))
            {
                // The log has a line about this client already.
            }

            return;
        }

        version = media.Version ?? SoapVersion.OfEnvelope(body.Text) ?? version;
        var security = options.UsernameTokens is null ? null : new SecurityHeader();
        var refusal = Read(version, body.Text, ActionOf(http.Request, version, media), security, out var call);
        if (security is not null && !await AdmitAsync(http, version, security, denied).ConfigureAwait(false))
            return;
        if (refusal is null)
        {
            await dispatcher.DispatchAsync(http, version, call!).ConfigureAwait(false);
            return;
        }

        // SOAP 1.2 part 1, appendix A: a client of SOAP 1.1 gets the fault in SOAP 1.1, whatever the content type. A client that sends a
        // 1.2 envelope as text/xml gets the same, which is the answer of any service that knows SOAP 1.1 only.
        if (refusal.Side == SoapFaultSide.VersionMismatch && SoapVersion.OfEnvelope(body.Text) == SoapVersion.Soap11)
            version = SoapVersion.Soap11;
        await RefuseAsync(http, version, StatusCodes.Status500InternalServerError, refusal).ConfigureAwait(false);
    }

    private SoapRefusal? Read(SoapVersion version, string text, string? action, SecurityHeader? security, out SoapCall? call)
    {
        if (options.IsForgiving)
            return ForgivingReader.Read(contract, version, text, action, options, out call, security);
        return !options.FullValidationOnly && MessageReader.TryRead(contract, version, text, action, options.DepthMax, out call, security)
            ? null
            : MessageValidator.Read(contract, version, text, action, options.DepthMax, out call, security);
    }

    // A client that sends no credentials by HTTP may send them in the message.
    private bool MayHaveToken(HttpContext http) => options.UsernameTokens is not null && http.Request.Headers.Authorization.Count == 0;

    /// <summary>Checks the user of a message that may have a token. False if the request is answered.</summary>
    private async Task<bool> AdmitAsync(HttpContext http, SoapVersion version, SecurityHeader security, SoapDenial? denied)
    {
        if (security.IsPresent)
            http.Features.Set(new AnswerStamp(options.UsernameTokens!.Now));
        var (refusal, denial) = await options.UsernameTokens!.AdmitAsync(http, security).ConfigureAwait(false);
        if (refusal is not null)
            await RefuseAsync(http, version, StatusCodes.Status500InternalServerError, refusal).ConfigureAwait(false);
        else if (denial is not null)
            await DenyAsync(http, version, denial, SecurityNames.FailedAuthentication).ConfigureAwait(false);
        else if (denied is not null && !security.HasToken)
            await DenyAsync(http, version, denied).ConfigureAwait(false);
        else
            return true;
        return false;
    }

    private Task DenyAsync(HttpContext http, SoapVersion version, SoapDenial denial, XmlQualifiedName? code = null)
    {
        logger.MessageRefused(http.Connection.RemoteIpAddress?.ToString(), denial.Fault.Message);
        if (denial.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = options.Challenges.ToArray();
        if (denial.RetryAfter is { } pause)
            http.Response.Headers.RetryAfter = Math.Ceiling(pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return answers.SendFaultAsync(http, version, denial.Status, denial.Fault, code);
    }

    private Task RefuseAsync(HttpContext http, SoapVersion version, int status, SoapRefusal refusal)
    {
        var reason = answers.CleanReason(refusal.Reason);
        logger.MessageRefused(http.Connection.RemoteIpAddress?.ToString(), reason);
        var kind = status == StatusCodes.Status413PayloadTooLarge ? SoapHostFaultKind.TooLarge : SoapHostFaultKind.InvalidRequest;
        var detail = refusal.Side is SoapFaultSide.MustUnderstand or SoapFaultSide.VersionMismatch
            ? null
            : options.FaultDetail(
                new SoapHostFault(kind, reason, refusal.Field is { } field ? options.CleanText(field, FieldLengthMax) : null));
        return answers.SendFaultAsync(http, version, status, refusal with { Reason = reason }, detail);
    }

    private static bool IsClientGone(HttpContext http, Exception problem) =>
        problem is IOException or OperationCanceledException && http.RequestAborted.IsCancellationRequested;

    // A client that waits for 100 and gets a refusal does not send the body. The server would wait for it, or for the next request.
    private static void CloseIfBodyIsHeldBack(HttpContext http)
    {
        if (http.Request.Headers.Expect.Count > 0)
            http.Response.Headers.Connection = "close";
    }

    private static string? ActionOf(HttpRequest request, SoapVersion version, RequestMedia media) =>
        version == SoapVersion.Soap11 ? ActionOf(request.Headers["SOAPAction"]) : media.Action;

    // A script that sets the header twice to one value sends both. Some quote it as they quote texts elsewhere.
    private static string ActionOf(StringValues headers) =>
        (headers.Count > 1 && headers.All(header => header == headers[0]) ? headers[0]! : headers.ToString()).Trim().Trim('"', '\'');
}
