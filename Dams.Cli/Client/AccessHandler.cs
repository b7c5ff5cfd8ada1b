using System.Security.Authentication;

namespace Dams.Cli.Client;

/// <summary>
/// Sends the user's credentials with each request, honours a pause that the front end wants, and turns refusals into exceptions that say
/// what to do. WCF would hide them. For any thread.
/// </summary>
internal sealed class AccessHandler(FrontEndAccess access, Uri url, CertificateCheck certificate, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    /// <summary>The longest pause that a request waits for, with all its repeats.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(10);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (access.Authorization is { } authorization)
            request.Headers.Authorization = authorization;
        // A request is sent again after a pause.
        if (request.Content is { } content)
            await content.LoadIntoBufferAsync(cancellationToken);
        var waited = TimeSpan.Zero;
        while (true)
        {
            var response = await SendOnceAsync(request, cancellationToken);
            var pause = PauseOf(response);
            if (access.RefusalOf(url, (int)response.StatusCode, pause) is not { } refusal)
                return response;
            response.Dispose();
            if (refusal.Code != AccessException.TooManyRequests || pause is not { } wanted || waited + wanted > PauseMax)
                throw refusal;
            waited += wanted;
            await Task.Delay(wanted, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken stop)
    {
        try
        {
            return await base.SendAsync(request, stop);
        }
        catch (HttpRequestException problem) when (problem.InnerException is AuthenticationException && certificate.Refusal is { } refusal)
        {
            throw refusal;
        }
    }

    // A date instead of seconds is not what front ends send.
    private static TimeSpan? PauseOf(HttpResponseMessage response) =>
        response.Headers.RetryAfter?.Delta is { } pause && pause >= TimeSpan.Zero ? pause : null;
}
