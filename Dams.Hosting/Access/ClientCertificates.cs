using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Dams.Hosting.Access;

/// <summary>Asks clients for certificates when they connect over TLS.</summary>
public static class ClientCertificates
{
    /// <summary>
    /// Asks a client for a certificate. A client without one may connect all the same, and authenticate in another way. Nothing is checked
    /// during the handshake: the front end checks the certificate with each request, where a refusal is an answer and not a closed
    /// connection.
    /// </summary>
    public static void Request(SslServerAuthenticationOptions options)
    {
        options.ClientCertificateRequired = true;
        options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
#pragma warning disable CA5359 // The front end checks the certificate with each request.
        options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
    }
}
