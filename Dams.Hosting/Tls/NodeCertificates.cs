using System.Net.Security;
using System.Security.Authentication;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Hosting.Tls;

/// <summary>
/// The certificates of a process: that of its host for the other processes of the cluster, and that of a front end for its clients.
/// Their files are looked at once a second. For any thread; one task runs <see cref="RunAsync"/>.
/// </summary>
public sealed class NodeCertificates
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private readonly ReloadedCertificate? _host;
    private readonly ReloadedAuthorities? _authorities;
    private readonly ReloadedCertificate? _service;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private NodeCertificates(
        ClusterTopology? topology, ReloadedCertificate? host, ReloadedAuthorities? authorities, ReloadedCertificate? service,
        TimeProvider time, ILogger logger)
    {
        _host = host;
        _authorities = authorities;
        _service = service;
        _time = time;
        _logger = logger;
        if (topology is not null && host is not null && authorities is not null)
            Nodes = new NodeTls(topology, host, authorities, time, logger);
        if (service is not null)
            Clients = new ServerTls(_ => OptionsForClient(service, topology?.Users?.Certificates is not null));
    }

    /// <summary>A process without certificates.</summary>
    public static NodeCertificates None { get; } = new(null, null, null, null, TimeProvider.System, NullLogger.Instance);

    /// <summary>TLS between the processes of the cluster; null if the cluster has none.</summary>
    public NodeTls? Nodes { get; }

    /// <summary>TLS for the clients of a front end; null if it speaks plain HTTP.</summary>
    public ServerTls? Clients { get; }

    /// <summary>Reads the certificates that a process needs.</summary>
    /// <param name="topology">The cluster.</param>
    /// <param name="node">The process.</param>
    /// <param name="time">The clock by which certificates are valid.</param>
    /// <param name="logger">Receives lines about changes and refused peers.</param>
    /// <exception cref="CertificateException">A file is missing, or can't be used.</exception>
    public static NodeCertificates Open(ClusterTopology topology, ClusterNode node, TimeProvider time, ILogger logger)
    {
        // A sequencer speaks no HTTP.
        var host = topology.Tls is { } tls && node is { Host: { } name, Id.Role: not NodeRole.Sequencer }
            ? OpenHost(tls, name, logger)
            : null;
        var authorities = topology.Tls is { } own && host is not null ? ReloadedAuthorities.Open(own.AuthorityFile, logger) : null;
        var service = node.Id.Role != NodeRole.FrontEnd || !topology.SpeaksHttps ? null
            : topology.Https is { } https
                ? ReloadedCertificate.Open("the front end", https.CertificateFile, https.KeyFile, isGroupAllowed: true, logger)
                : host;
        return new NodeCertificates(topology, host, authorities, service, time, logger);
    }

    /// <summary>Reads what a tool needs to talk to processes. It runs on a host, and uses the certificate that it finds.</summary>
    /// <param name="topology">The cluster.</param>
    /// <param name="time">The clock by which certificates are valid.</param>
    /// <param name="logger">Receives lines about refused peers.</param>
    /// <exception cref="CertificateException">There is no certificate of a host, or it can't be used.</exception>
    public static NodeTls? OpenForTool(ClusterTopology topology, TimeProvider time, ILogger logger)
    {
        if (topology.Tls is not { } tls)
            return null;
        var name = topology.Hosts.Keys.FirstOrDefault(name => File.Exists(tls.FileOf(name)))
            ?? throw new CertificateException($"{tls.Folder} has no certificate of a host of {topology.Cluster}: "
                + "run this command on a host of the cluster, as the user of its processes");
        return new NodeTls(topology, OpenHost(tls, name, logger), ReloadedAuthorities.Open(tls.AuthorityFile, logger), time, logger);
    }

    /// <summary>The things that an operator should know about the certificates, each as a sentence.</summary>
    public IReadOnlyList<string> Alarms()
    {
        var now = _time.GetUtcNow();
        return
        [
            .. _host?.Alarms(now) ?? [],
            .. _authorities?.Alarms(now) ?? [],
            .. _service is { } service && service != _host ? service.Alarms(now) : [],
        ];
    }

    /// <summary>Looks at the files until it is asked to stop, and logs when the end of a certificate comes near.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        HashSet<string> told = [];
        using var timer = new PeriodicTimer(s_period, _time);
        try
        {
            do
            {
                Look();
                var endings = Endings();
                foreach (var ending in endings.Where(ending => !told.Contains(ending)))
                    TlsLog.Ends(_logger, ending);
                told = [.. endings];
            }
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    /// <summary>Looks at the files once.</summary>
    internal void Look()
    {
        _host?.Look();
        _authorities?.Look();
        if (_service != _host)
            _service?.Look();
    }

    private List<string> Endings()
    {
        var now = _time.GetUtcNow();
        return [.. new[] { _host?.Ending(now), _authorities?.Ending(now), _service?.Ending(now) }.OfType<string>().Distinct()];
    }

    private static ReloadedCertificate OpenHost(TlsSettings tls, string name, ILogger logger) =>
        ReloadedCertificate.Open($"host {name}", tls.FileOf(name), tls.FileOf(name), isGroupAllowed: false, logger);

    private static SslServerAuthenticationOptions OptionsForClient(ReloadedCertificate service, bool requestsCertificates)
    {
        var options = new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ServerCertificateContext = service.Current,
        };
        if (requestsCertificates)
            ClientCertificates.Request(options);
        return options;
    }
}
