using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dams.Tests.Soap.Security;

/// <summary>Certificates for servers of tests, made in this process.</summary>
internal static class TestCertificate
{
    private static readonly Lazy<X509Certificate2> s_loopback = new(() => Make(127));

    /// <summary>A certificate of itself for localhost and the loopback addresses that the test servers use.</summary>
    public static X509Certificate2 Loopback => s_loopback.Value;

    // SoapTestServer counts its third byte.
    private static X509Certificate2 Make(byte network)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=dams test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        for (var i = 0; i <= byte.MaxValue; i++)
            names.AddIpAddress(new IPAddress([network, 77, (byte)i, 1]));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, default), new DateTimeOffset(2120, 1, 1, 0, 0, 0, default));
        // A key that is only in memory does not work everywhere.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
