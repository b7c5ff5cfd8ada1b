using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Tls;

namespace Dams.Tests.Tls;

/// <summary>Certificates that a host of the cluster must not accept, each with one mistake.</summary>
internal static class WrongCertificates
{
    /// <summary>The mistakes, by name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<X509Certificate2, string, X509Certificate2>> All =
        new Dictionary<string, Func<X509Certificate2, string, X509Certificate2>>
        {
            [nameof(PeerProblem.Expired)] = (authority, _) => Make(authority, daysFrom: -2, daysTo: -1),
            [nameof(PeerProblem.NotYetValid)] = (authority, _) => Make(authority, daysFrom: 1, daysTo: 2),
            [nameof(PeerProblem.OtherAuthority)] = (_, _) => OfOtherAuthority(),
            [nameof(PeerProblem.SelfSigned)] = (_, _) => Make(null),
            [nameof(PeerProblem.WrongUsage)] = (authority, usage) =>
                Make(authority, usages: [usage == PeerCheck.ServerUsage ? PeerCheck.ClientUsage : PeerCheck.ServerUsage]),
            ["no usage"] = (authority, _) => Make(authority, usages: []),
            [nameof(PeerProblem.NoIdentity)] = (authority, _) => Make(authority, uris: []),
            ["two identities"] = (authority, _) => Make(authority, uris: ["dams://clinics/mtl", "dams://clinics/que"]),
            ["an identity in another form"] = (authority, _) => Make(authority, uris: ["DAMS://clinics/mtl"]),
            [nameof(PeerProblem.OtherCluster)] = (authority, _) => Make(authority, uris: ["dams://shops/mtl"]),
            [nameof(PeerProblem.UnknownHost)] = (authority, _) => Make(authority, uris: ["dams://clinics/she"]),
        };

    /// <summary>Makes a certificate; without mistakes, it is that of the host mtl.</summary>
    /// <param name="authority">The authority that signs it; null if it signs itself.</param>
    /// <param name="daysFrom">When it begins, from today on.</param>
    /// <param name="daysTo">When it ends, from today on.</param>
    /// <param name="usages">Its purposes; both by default.</param>
    /// <param name="uris">Its URIs; that of mtl by default.</param>
    public static X509Certificate2 Make(X509Certificate2? authority, double daysFrom = -0.01, double daysTo = 1,
        IReadOnlyList<string>? usages = null, IReadOnlyList<string>? uris = null)
    {
        using var key = ClusterAuthority.NewKey();
        var request = new CertificateRequest("CN=mtl", key, HashAlgorithmName.SHA256);
        var oids = new OidCollection();
        foreach (var usage in usages ?? [PeerCheck.ServerUsage, PeerCheck.ClientUsage])
            oids.Add(new Oid(usage));
        if (oids.Count > 0)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, critical: false));
        request.CertificateExtensions.Add(NamesOf(uris ?? ["dams://clinics/mtl"]));
        var (begins, ends) = (DateTimeOffset.UtcNow.AddDays(daysFrom), DateTimeOffset.UtcNow.AddDays(daysTo));
        if (authority is null)
            return request.CreateSelfSigned(begins, ends);
        // Not by the framework's shorter way: that refuses to make a certificate that begins before its authority.
        using var signing = authority.GetECDsaPrivateKey()!;
        using var certificate = request.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForECDsa(signing), begins, ends, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    private static X509SubjectAlternativeNameExtension NamesOf(IReadOnlyList<string> uris)
    {
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
        {
            names.WriteCharacterString(UniversalTagNumber.IA5String, "mtl", new Asn1Tag(TagClass.ContextSpecific, 2));
            foreach (var uri in uris)
                names.WriteCharacterString(UniversalTagNumber.IA5String, uri, HostIdentity.UriTag);
        }

        return new X509SubjectAlternativeNameExtension(names.Encode());
    }

    private static X509Certificate2 OfOtherAuthority()
    {
        using var key = ClusterAuthority.NewKey();
        using var other = ClusterAuthority.Create("clinics", key, DateTimeOffset.UtcNow, 10);
        return Make(other);
    }
}
