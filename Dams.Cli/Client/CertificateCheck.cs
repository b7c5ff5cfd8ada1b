using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Dams.Cli.Client;

/// <summary>Checks the certificates of one front end, and remembers why one was refused. For any thread.</summary>
internal sealed class CertificateCheck
{
    private readonly FrontEndAccess _access;
    private readonly Uri _url;
    private volatile string? _problem;

    public CertificateCheck(FrontEndAccess access, Uri url)
    {
        (_access, _url) = (access, url);
        Options = new SslClientAuthenticationOptions
        {
            TargetHost = url.Host.Trim('[', ']'),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accepts(certificate, chain, errors),
        };
        if (access.Authorities is not { } authorities)
            return;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // An own authority publishes no list of revoked certificates.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(authorities);
        Options.CertificateChainPolicy = policy;
    }

    /// <summary>The options of a TLS connection to the front end.</summary>
    public SslClientAuthenticationOptions Options { get; }

    /// <summary>The refusal of the certificate, if one was refused; else null.</summary>
    public AccessException? Refusal => _problem is { } problem
        ? new AccessException(CallReport.Fault.UnreachableCode, $"The certificate of {_url} is not trusted: {problem}")
        : null;

    private bool Accepts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        var states = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (sum, state) => sum | state.Status) ?? default;
        _problem = errors switch
        {
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) => "it has sent none.",
            _ when states.HasFlag(X509ChainStatusFlags.NotTimeValid) => $"it is valid from {certificate?.GetEffectiveDateString()} "
                + $"to {certificate?.GetExpirationDateString()}, and that is not now.",
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) =>
                $"it is not for the name {_url.Host}. Use the name or the address for which it was made.",
            _ when _access.AuthorityFile is { } file => $"no authority in {file} has issued it.",
            _ => "no authority that this machine knows has issued it. If the cluster has its own, pass its certificate: --ca FILE",
        };
        return false;
    }
}
