using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dams.Hosting.Tls;

/// <summary>A mistake of a peer's certificate.</summary>
internal enum PeerProblem
{
    /// <summary>Nothing: the peer is a host of this cluster.</summary>
    None = 0,

    /// <summary>It has sent none.</summary>
    Missing,

    /// <summary>Nobody but itself has signed it.</summary>
    SelfSigned,

    /// <summary>An authority that this cluster does not know has signed it.</summary>
    OtherAuthority,

    /// <summary>It has ended.</summary>
    Expired,

    /// <summary>It has not begun, or this machine's clock is wrong.</summary>
    NotYetValid,

    /// <summary>It is not made for this side of a connection.</summary>
    WrongUsage,

    /// <summary>It is broken in another way.</summary>
    Unusable,

    /// <summary>It has no identity, or more than one.</summary>
    NoIdentity,

    /// <summary>It belongs to another cluster.</summary>
    OtherCluster,

    /// <summary>It belongs to a host that dams.json does not name.</summary>
    UnknownHost,

    /// <summary>It belongs to another host than the one that was called.</summary>
    OtherHost,
}

/// <summary>The judgement on a peer's certificate.</summary>
/// <param name="Problem">The mistake; none if the peer may go on.</param>
/// <param name="Text">The mistake in words, after "its certificate"; empty if nothing is.</param>
internal sealed record PeerVerdict(PeerProblem Problem, string Text);

/// <summary>
/// Decides whether a certificate is that of a host of this cluster. Only the cluster's own authorities count, so a certificate of a public
/// authority is worth nothing here. Revocation lists are not used: a lost key means a new authority. For any thread.
/// </summary>
/// <param name="cluster">The cluster's name.</param>
/// <param name="hosts">The names of its hosts.</param>
internal sealed class PeerCheck(string cluster, IReadOnlyCollection<string> hosts)
{
    /// <summary>The purpose of a server's certificate (RFC 5280, section 4.2.1.12).</summary>
    public const string ServerUsage = "1.3.6.1.5.5.7.3.1";

    /// <summary>The purpose of a client's certificate.</summary>
    public const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private static readonly PeerVerdict s_right = new(PeerProblem.None, "");

    /// <summary>The rules for a chain of certificates.</summary>
    /// <param name="authorities">The cluster's own authorities. No other counts.</param>
    /// <param name="usage">The purpose that the peer's certificate must have.</param>
    public static X509ChainPolicy PolicyFor(X509Certificate2Collection authorities, string usage)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            // A stranger's certificate may name any address to fetch others from.
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid(usage));
        return policy;
    }

    /// <summary>Judges a certificate.</summary>
    /// <param name="certificate">The peer's certificate; null if it has sent none.</param>
    /// <param name="authorities">The cluster's own authorities.</param>
    /// <param name="usage">The purpose that the certificate must have.</param>
    /// <param name="expected">The host that was called; null if any host of the cluster may be the peer.</param>
    /// <param name="now">The present time.</param>
    public PeerVerdict Judge(
        X509Certificate2? certificate, X509Certificate2Collection authorities, string usage, string? expected, DateTimeOffset now)
    {
        if (certificate is null)
            return new PeerVerdict(PeerProblem.Missing, "is missing");
        var policy = PolicyFor(authorities, usage);
        policy.VerificationTime = now.UtcDateTime;
        using var chain = new X509Chain { ChainPolicy = policy };
        if (!chain.Build(certificate) || !HasUsage(certificate, usage))
            return ProblemOf(certificate, chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status), now);
        if (HostIdentity.Find(certificate) is not { } identity)
            return new PeerVerdict(PeerProblem.NoIdentity, $"names no host: expected one URI such as dams://{cluster}/HOST");
        if (identity.Cluster != cluster)
            return new PeerVerdict(PeerProblem.OtherCluster, $"is that of {identity}; expected one of the cluster {cluster}");
        if (!hosts.Contains(identity.Host))
            return new PeerVerdict(PeerProblem.UnknownHost, $"is that of {identity}, and dams.json has no such host");
        return expected is null || identity.Host == expected
            ? s_right
            : new PeerVerdict(PeerProblem.OtherHost, $"is that of {identity}; expected that of dams://{cluster}/{expected}");
    }

    private static bool HasUsage(X509Certificate2 certificate, string usage) => certificate.Extensions
        .OfType<X509EnhancedKeyUsageExtension>()
        .Any(extension => extension.EnhancedKeyUsages[usage] is not null);

    private static PeerVerdict ProblemOf(X509Certificate2 certificate, X509ChainStatusFlags status, DateTimeOffset now)
    {
        const X509ChainStatusFlags stranger = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain
            // An authority of the same name, with another key.
            | X509ChainStatusFlags.NotSignatureValid;
        if ((status & stranger) != 0)
        {
            return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
                ? new PeerVerdict(PeerProblem.SelfSigned, "is self-signed; expected one that this cluster's authority has signed")
                : new PeerVerdict(PeerProblem.OtherAuthority, "was signed by another authority than this cluster's");
        }

        if (certificate.NotAfter.ToUniversalTime() < now.UtcDateTime)
            return new PeerVerdict(PeerProblem.Expired, $"has ended on {TextOf(certificate.NotAfter)}: run dams certs renew");
        if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime)
        {
            return new PeerVerdict(
                PeerProblem.NotYetValid, $"begins on {TextOf(certificate.NotBefore)} only: compare the clocks of the hosts");
        }

        if ((status & X509ChainStatusFlags.NotTimeValid) != 0)
            return new PeerVerdict(PeerProblem.Expired, "is valid, but that of its authority has ended or has not begun yet");
        const X509ChainStatusFlags usages = X509ChainStatusFlags.NotValidForUsage;
        return (status & ~usages) == 0
            ? new PeerVerdict(PeerProblem.WrongUsage, "is not made for this side of a connection: its extended key usage is another one")
            : new PeerVerdict(PeerProblem.Unusable, $"can't be used: {status}");
    }

    /// <summary>A time of a certificate, for messages.</summary>
    internal static string TextOf(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
