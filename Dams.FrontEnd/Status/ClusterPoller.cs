using System.Collections.Immutable;
using System.Text.Json;
using Dams.Contracts.Soap;
using Dams.Hosting.Cluster;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Status;

/// <summary>The reports of the replicas and managers that answered the last poll, by number. Immutable.</summary>
internal sealed record ClusterReports(ImmutableDictionary<int, GetStatusResult> Replicas, ImmutableDictionary<int, ManagerStatus> Managers)
{
    /// <summary>No poll has run yet.</summary>
    public static readonly ClusterReports None = new(
        ImmutableDictionary<int, GetStatusResult>.Empty, ImmutableDictionary<int, ManagerStatus>.Empty);
}

/// <summary>
/// Asks each replica by SOAP and each manager by HTTP for its status, twice a second. One task owns the clients; readers take the last
/// immutable reports from any thread.
/// </summary>
internal sealed class ClusterPoller : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(450);

    private readonly ClusterTopology _topology;
    private readonly ReplicaClients _replicas;
    private readonly Action<ClusterReports> _onPolled;
    private readonly ILogger _logger;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
    private volatile ClusterReports _reports = ClusterReports.None;

    /// <param name="topology">Names the replicas and managers to ask.</param>
    /// <param name="replicas">The SOAP clients of the replicas.</param>
    /// <param name="onPolled">Called after each round, by the one task that polls.</param>
    /// <param name="logger">Gets a line for each process that does not answer.</param>
    public ClusterPoller(ClusterTopology topology, ReplicaClients replicas, Action<ClusterReports> onPolled, ILogger logger)
    {
        _topology = topology;
        _replicas = replicas;
        _onPolled = onPolled;
        _logger = logger;
    }

    /// <summary>The reports of the last round.</summary>
    public ClusterReports Reports => _reports;

    /// <summary>Polls until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            var replicas = Task.WhenAll(_topology.Replicas.Select(replica => AskReplicaAsync(replica.Id, stopping)));
            var managers = Task.WhenAll(_topology.Managers.Select(manager => AskManagerAsync(manager, stopping)));
            var statuses = (await replicas.ConfigureAwait(false)).Where(answer => answer.Status is not null)
                .ToImmutableDictionary(answer => answer.Number, answer => answer.Status!);
            var reports = (await managers.ConfigureAwait(false)).Where(answer => answer.Report is not null)
                .ToImmutableDictionary(answer => answer.Number, answer => answer.Report!);
            _reports = new ClusterReports(statuses, reports);
            _onPolled(_reports);
        }
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Returns the number of the replica that was asked, because the number that a replica reports may be wrong.</summary>
    private async Task<(int Number, GetStatusResult? Status)> AskReplicaAsync(NodeId replica, CancellationToken stopping)
    {
        try
        {
            return (replica.Number, await ReplicaQuestion.AskAsync(
                _replicas.Of, replica.Number, client => client.GetStatusAsync(), ReportedStatus.Clean, Patience, stopping)
                .ConfigureAwait(false));
        }
        catch (ReplicaUnusableException silence)
        {
            StatusLog.Silent(_logger, replica.ToString(), silence.Message);
            return (replica.Number, null);
        }
    }

    private async Task<(int Number, ManagerStatus? Report)> AskManagerAsync(ClusterNode manager, CancellationToken stopping)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(manager.Address.ToHttpUri(), "/status"), stopping).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
            await using var body = await answer.Content.ReadAsStreamAsync(stopping).ConfigureAwait(false);
            return (manager.Id.Number,
                await JsonSerializer.DeserializeAsync(body, StatusJson.Default.ManagerStatus, stopping).ConfigureAwait(false));
        }
        catch (Exception silence) when (silence is HttpRequestException or JsonException
            || (silence is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            StatusLog.Silent(_logger, manager.Id.ToString(), silence.Message);
            return (manager.Id.Number, null);
        }
    }
}
