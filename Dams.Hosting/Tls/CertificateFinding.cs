using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Topology;

namespace Dams.Hosting.Tls;

/// <summary>A certificate of a cluster, as an operator should see it.</summary>
/// <param name="Owner">The host, the authority or the front end.</param>
/// <param name="PemPath">Its file.</param>
/// <param name="End">When it ends, in UTC; null if it can't be read.</param>
/// <param name="Problem">The thing that an operator should do something about; null if all is right.</param>
public sealed record CertificateFinding(string Owner, string PemPath, DateTime? End, string? Problem)
{
    /// <summary>Looks at the certificates of a cluster that are on this machine. Those of other hosts need not be there.</summary>
    /// <param name="topology">The cluster.</param>
    /// <param name="tls">The folder.</param>
    /// <param name="now">The present time.</param>
    public static IReadOnlyList<CertificateFinding> FindAll(ClusterTopology topology, TlsSettings tls, DateTimeOffset now)
    {
        var findings = new List<CertificateFinding>();
        X509Certificate2Collection? authorities = null;
        findings.Add(Find("authority", tls.AuthorityFile, now, () => authorities = Read(tls.AuthorityFile, hasKey: false), _ => null));
        var check = new PeerCheck(topology.Cluster, [.. topology.Hosts.Keys]);
        foreach (var host in topology.Hosts.Keys.Where(host => File.Exists(tls.FileOf(host))))
        {
            findings.Add(Find(host, tls.FileOf(host), now, () => ReadWithKey(tls.FileOf(host), tls.FileOf(host), false),
                certificate => authorities is null ? "can't be checked without the authority"
                    : check.Judge(certificate, authorities, PeerCheck.ServerUsage, host, now) is { Problem: not PeerProblem.None } wrong
                        ? wrong.Text : null));
        }

        if (topology.Https is { } https)
        {
            findings.Add(Find("front end", https.CertificateFile, now,
                () => ReadWithKey(https.CertificateFile, https.KeyFile, true), _ => null));
        }

        return findings;
    }

    private static CertificateFinding Find(
        string owner, string file, DateTimeOffset now, Func<X509Certificate2Collection> read, Func<X509Certificate2, string?> judge)
    {
        try
        {
            var certificates = read();
            var latest = certificates.MaxBy(certificate => certificate.NotAfter)!;
            return new CertificateFinding(owner, file, latest.NotAfter.ToUniversalTime(),
                judge(latest) ?? ReloadedCertificate.EndOf(latest, now));
        }
        catch (CertificateException problem)
        {
            return new CertificateFinding(owner, file, null, problem.Message);
        }
    }

    private static X509Certificate2Collection Read(string file, bool hasKey) =>
        PemFile.Certificates(PemFile.Read(file, hasKey), file);

    private static X509Certificate2Collection ReadWithKey(string file, string keyFile, bool isGroupAllowed) =>
    [
        PemFile.WithKey(
            PemFile.Read(file, file == keyFile, isGroupAllowed), PemFile.Read(keyFile, hasKey: true, isGroupAllowed), file, keyFile)
            .TargetCertificate,
    ];
}
