using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dams.Hosting.Tls;

/// <summary>Makes the certificates of a cluster: that of its own authority, and those of its hosts. All keys are of P-256.</summary>
public static class ClusterAuthority
{
    /// <summary>How long the authority's certificate lasts by default, in days. A new authority is work on every host.</summary>
    public const int AuthorityDaysDefault = 3650;

    /// <summary>The longest time of the authority's certificate, in days.</summary>
    public const int AuthorityDaysMax = 7300;

    /// <summary>How long a host's certificate lasts by default, in days.</summary>
    public const int HostDaysDefault = 365;

    /// <summary>The longest time of a host's certificate, in days. Some clients reject one that lasts longer.</summary>
    public const int HostDaysMax = 825;

    private const int SerialBytes = 16;
    private const int NameDigits = 16;

    // The choices of GeneralName (RFC 5280, section 4.2.1.6).
    private static readonly Asn1Tag s_dnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag s_ipAddress = new(TagClass.ContextSpecific, 7);

    // The clock of another host may be behind.
    private static readonly TimeSpan s_backdated = TimeSpan.FromHours(1);

    /// <summary>Makes the certificate of a new authority.</summary>
    /// <param name="cluster">The cluster's name, for people.</param>
    /// <param name="key">The authority's key.</param>
    /// <param name="now">The present time.</param>
    /// <param name="days">How long it lasts.</param>
    public static X509Certificate2 Create(string cluster, ECDsa key, DateTimeOffset now, int days)
    {
        // Beside an older authority, this one needs a name of its own: a certificate names its authority.
        var request = RequestOf($"DAMS authority of {cluster} {RandomNumberGenerator.GetHexString(NameDigits, lowercase: true)}", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - s_backdated, now + TimeSpan.FromDays(days));
    }

    /// <summary>Makes the certificate of a host. It serves both sides of a connection, and ends no later than its authority's.</summary>
    /// <param name="authority">The authority's certificate, with its key.</param>
    /// <param name="identity">The host.</param>
    /// <param name="address">The host's address or DNS name, for clients that check it.</param>
    /// <param name="key">The host's key.</param>
    /// <param name="now">The present time.</param>
    /// <param name="days">How long it lasts.</param>
    public static X509Certificate2 Issue(
        X509Certificate2 authority, HostIdentity identity, string address, ECDsa key, DateTimeOffset now, int days)
    {
        var request = RequestOf(identity.Host, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid(PeerCheck.ServerUsage), new Oid(PeerCheck.ClientUsage)], critical: false));
        request.CertificateExtensions.Add(NamesOf(identity, address));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var (begins, ends) = (now - s_backdated, now + TimeSpan.FromDays(days));
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        // A serial number is positive (RFC 5280, section 4.1.2.2).
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return request.Create(
            authority,
            begins > authority.NotBefore ? begins : authority.NotBefore,
            ends < authority.NotAfter ? ends : authority.NotAfter,
            serial);
    }

    /// <summary>Makes a key.</summary>
    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    // Written here, because the framework's builder takes a Uri only, which may change the text: a cluster can have the name 127.
    private static X509SubjectAlternativeNameExtension NamesOf(HostIdentity identity, string address)
    {
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
        {
            if (IPAddress.TryParse(address, out var ip))
                names.WriteOctetString(ip.GetAddressBytes(), s_ipAddress);
            else
                names.WriteCharacterString(UniversalTagNumber.IA5String, address, s_dnsName);
            if (address != identity.Host)
                names.WriteCharacterString(UniversalTagNumber.IA5String, identity.Host, s_dnsName);
            names.WriteCharacterString(UniversalTagNumber.IA5String, identity.ToString(), HostIdentity.UriTag);
        }

        return new X509SubjectAlternativeNameExtension(names.Encode());
    }

    private static CertificateRequest RequestOf(string name, ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        return new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
    }
}
