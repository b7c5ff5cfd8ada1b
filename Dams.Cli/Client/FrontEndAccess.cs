using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Dams.Cli.Client;

/// <summary>
/// The front ends that a command talks to, and how it does: in which order, as which user, and by which authorities their certificates are
/// issued. Immutable; for any thread.
/// </summary>
/// <param name="urls">The addresses of the service, in the order in which they are tried; at least one.</param>
internal sealed class FrontEndAccess(IReadOnlyList<Uri> urls)
{
    /// <summary>The addresses of the service, in the order in which they are tried.</summary>
    public IReadOnlyList<Uri> Urls => urls;

    /// <summary>The name of the user; null if the command sends no credentials.</summary>
    public string? User { get; init; }

    /// <summary>The password of the user.</summary>
    public string? Password { private get; init; }

    /// <summary>The only authorities that are trusted; null for those of the system.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The file with the authorities, for messages.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The <c>Authorization</c> header of each request, or null. It is sent at once, without waiting for a challenge.</summary>
    public AuthenticationHeaderValue? Authorization => User is null
        ? null
        : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));

    /// <summary>The check of a front end's certificate, in place of any authorities; null for these.</summary>
    public RemoteCertificateValidationCallback? Check { private get; init; }

    /// <summary>One front end, without credentials.</summary>
    /// <param name="url">The address of the service.</param>
    /// <param name="check">The check of its certificate; null for the authorities of the system.</param>
    public static FrontEndAccess Of(Uri url, RemoteCertificateValidationCallback? check = null) => new([url]) { Check = check };

    /// <summary>Makes the handler of an HTTP client. It turns refusals into <see cref="AccessException"/>.</summary>
    /// <param name="url">The front end.</param>
    public HttpMessageHandler CreateHandler(Uri url)
    {
        var certificate = new CertificateCheck(this, url);
        return new AccessHandler(this, url, certificate, new SocketsHttpHandler
        {
            SslOptions = Check is null
                ? certificate.Options
                : new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Check },
            // A proxy from the environment can't reach this machine's loopback.
            UseProxy = !url.IsLoopback,
            // The password is for this address, and an order must not become a question.
            AllowAutoRedirect = false,
        });
    }

    /// <summary>The failure that an HTTP status stands for; null if the status is no refusal of the user.</summary>
    /// <param name="url">The front end.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="retryAfter">The pause that the front end wants, or null.</param>
    public AccessException? RefusalOf(Uri url, int status, TimeSpan? retryAfter) => status switch
    {
        401 when User is null => new AccessException(
            AccessException.Unauthenticated, $"{url} wants to know the user: add --user NAME."),
        401 => new AccessException(
            AccessException.Unauthenticated,
            $"{url} does not accept the user '{User}' with this password: one of them is wrong, or the user is locked."),
        403 => new AccessException(
            AccessException.NotPermitted,
            User is null
                ? $"{url} does not permit this without a user: add --user NAME."
                : $"{url} does not permit this to the user '{User}'."),
        429 => new AccessException(
            AccessException.TooManyRequests,
            string.Create(CultureInfo.InvariantCulture,
                $"{url} takes no more requests from here for a while: too many came, or too many wrong passwords. ")
            + string.Create(CultureInfo.InvariantCulture, $"Try again in {Seconds(retryAfter)} s."))
        {
            RetryAfter = retryAfter,
        },
        _ => null,
    };

    private static double Seconds(TimeSpan? pause) => Math.Ceiling((pause ?? TimeSpan.FromSeconds(1)).TotalSeconds);
}
