using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dams.Tests.Soap.Security;

/// <summary>Certificates for servers of tests, made in this process.</summary>
internal static class TestCertificate
{
    private static readonly Lazy<X509Certificate2> s_loopback = new(() => Make(isWide: true));
    private static readonly Lazy<X509Certificate2> s_narrow = new(() => Make(isWide: false));
    private static readonly Lazy<X509Certificate2> s_other = new(() => Make(isWide: false));

    /// <summary>A certificate of itself for localhost and the loopback addresses that the test servers use.</summary>
    public static X509Certificate2 Loopback => s_loopback.Value;

    /// <summary>A certificate of itself for localhost only.</summary>
    public static X509Certificate2 Narrow => s_narrow.Value;

    /// <summary>A certificate that no server has.</summary>
    public static X509Certificate2 Other => s_other.Value;

    // SoapTestServer counts its third byte.
    private static X509Certificate2 Make(bool isWide)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=dams test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        for (var i = 0; isWide && i <= byte.MaxValue; i++)
            names.AddIpAddress(new IPAddress([127, 77, (byte)i, 1]));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, default), new DateTimeOffset(2120, 1, 1, 0, 0, 0, default));
        // A key that is only in memory does not work everywhere.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
