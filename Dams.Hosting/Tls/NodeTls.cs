using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Topology;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Tls;

/// <summary>
/// Mutual TLS between the processes of a cluster. Each side shows the certificate of its host, and looks at that of the other:
/// the server wants any host of the cluster, the client wants the very host that it calls. For any thread.
/// </summary>
public sealed class NodeTls
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly ClusterTopology _topology;
    private readonly ReloadedCertificate _certificate;
    private readonly ReloadedAuthorities _authorities;
    private readonly PeerCheck _check;
    private readonly RefusedPeers _refused;
    private readonly TimeProvider _time;

    /// <summary>Makes TLS for a process or a tool on a host.</summary>
    /// <param name="topology">The cluster; it has hosts.</param>
    /// <param name="certificate">The certificate of this host.</param>
    /// <param name="authorities">The cluster's own authorities.</param>
    /// <param name="time">The clock by which certificates are valid.</param>
    /// <param name="logger">Receives a line now and then about peers that were refused.</param>
    public NodeTls(
        ClusterTopology topology, ReloadedCertificate certificate, ReloadedAuthorities authorities, TimeProvider time, ILogger logger)
    {
        _topology = topology;
        _certificate = certificate;
        _authorities = authorities;
        _check = new PeerCheck(topology.Cluster, [.. topology.Hosts.Keys]);
        _refused = new RefusedPeers(time, logger);
        _time = time;
        Server = new ServerTls(OptionsFor);
    }

    /// <summary>The server's side: it answers hosts of the cluster only.</summary>
    public ServerTls Server { get; }

    /// <summary>
    /// Connects to a process of the cluster, and makes sure that its host answers. The connection of a <see cref="SocketsHttpHandler"/>.
    /// </summary>
    /// <exception cref="HttpRequestException">Another host answers, or none of this cluster.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var node = FindNode(context.DnsEndPoint);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, stop).ConfigureAwait(false);
            var connection = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
            try
            {
                await AuthenticateAsync(connection, node, stop).ConfigureAwait(false);
                return connection;
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AuthenticateAsync(SslStream connection, ClusterNode node, CancellationToken stop)
    {
        PeerVerdict? verdict = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = node.Address.Host.Text,
            EnabledSslProtocols = Protocols,
            ClientCertificateContext = _certificate.Current,
            CertificateChainPolicy = PeerCheck.PolicyFor(_authorities.Current, PeerCheck.ServerUsage),
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
            {
                verdict = Judge(shown, PeerCheck.ServerUsage, node.Host);
                return verdict.Problem == PeerProblem.None;
            },
        };
        try
        {
            await connection.AuthenticateAsClientAsync(options, stop).ConfigureAwait(false);
        }
        catch (AuthenticationException problem) when (verdict is { Problem: not PeerProblem.None } refused)
        {
            _refused.OnServer(node.Id.ToString(), refused);
            throw new HttpRequestException(
                HttpRequestError.SecureConnectionError, $"the certificate of {node.Id} at {node.Address} {refused.Text}", problem);
        }
    }

    // TLS sessions are not resumed: a resumed one would pass by a certificate that has ended meanwhile.
    private SslServerAuthenticationOptions OptionsFor(EndPoint? client) => new()
    {
        EnabledSslProtocols = Protocols,
        ServerCertificateContext = _certificate.Current,
        ClientCertificateRequired = true,
        CertificateChainPolicy = PeerCheck.PolicyFor(_authorities.Current, PeerCheck.ClientUsage),
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = (_, shown, _, _) =>
        {
            var verdict = Judge(shown, PeerCheck.ClientUsage, null);
            if (verdict.Problem != PeerProblem.None)
                _refused.OnClient(TextOf(client), verdict);
            return verdict.Problem == PeerProblem.None;
        },
    };

    // At a socket that listens at all addresses of IPv6, the system reports 10.1.2.3 as ::ffff:10.1.2.3.
    private static string TextOf(EndPoint? client) => client is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
        ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString()
        : client?.ToString() ?? "a client";

    private PeerVerdict Judge(X509Certificate? shown, string usage, string? expected) =>
        _check.Judge(shown as X509Certificate2, _authorities.Current, usage, expected, _time.GetUtcNow());

    private ClusterNode FindNode(DnsEndPoint called) => _topology.Nodes.FirstOrDefault(
            node => node.Address.Port == called.Port && node.Address.Host.Text.Equals(called.Host, StringComparison.OrdinalIgnoreCase))
        ?? throw new HttpRequestException(
            HttpRequestError.SecureConnectionError, $"{called.Host}:{called.Port} is no process of the cluster {_topology.Cluster}");
}
