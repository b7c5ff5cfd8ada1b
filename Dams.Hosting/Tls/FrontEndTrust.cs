using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Topology;

namespace Dams.Hosting.Tls;

/// <summary>
/// Lets a tool that has the cluster's dams.json recognize front ends. It trusts what any client trusts, and besides it the certificate of
/// the configuration, whatever name that has: the tool calls a host by its address.
/// </summary>
public static class FrontEndTrust
{
    /// <summary>The check of a front end's certificate; null if the system's own is right.</summary>
    /// <param name="topology">The cluster.</param>
    /// <param name="frontEnd">The front end that is called.</param>
    public static RemoteCertificateValidationCallback? Of(ClusterTopology topology, ClusterNode frontEnd) => topology.SpeaksHttps
        ? (_, shown, _, errors) => errors == SslPolicyErrors.None
            || (shown is X509Certificate2 certificate && IsOwn(topology, frontEnd, certificate))
        : null;

    private static bool IsOwn(ClusterTopology topology, ClusterNode frontEnd, X509Certificate2 certificate)
    {
        try
        {
            if (topology.Https is { CertificateFile: var file })
            {
                var own = PemFile.Certificates(PemFile.Read(file, hasKey: false), file)[0];
                return own.RawDataMemory.Span.SequenceEqual(certificate.RawData);
            }

            if (topology.Tls is not { AuthorityFile: var authority })
                return false;
            return new PeerCheck(topology.Cluster, [.. topology.Hosts.Keys]).Judge(
                certificate, PemFile.Certificates(PemFile.Read(authority, hasKey: false), authority), PeerCheck.ServerUsage, frontEnd.Host,
                DateTimeOffset.UtcNow).Problem == PeerProblem.None;
        }
        catch (CertificateException)
        {
            // Without its files, this machine knows no other certificate than any client does.
            return false;
        }
    }
}
