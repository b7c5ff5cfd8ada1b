using System.Net;
using System.Text.Json;
using Dams.Hosting.Cluster;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>Asks the other managers over HTTP. A manager that does not answer is logged at Debug. Used by many threads.</summary>
internal sealed class ManagerClients(ClusterTopology topology, NodeId self, ILogger logger, NodeTls? tls = null) : IDisposable
{
    // A longer answer is no snapshot. It ends with an exception, before it takes memory.
    private readonly HttpClient _http =
        new(NodeHttp.CreateHandler(tls)) { MaxResponseContentBufferSize = AgreedSnapshot.BytesMax };

    /// <summary>Fetches the agreed state at a JOIN from all other managers at once.</summary>
    /// <param name="sequence">The number of the JOIN.</param>
    /// <param name="patience">How long each may take.</param>
    /// <returns>The states that they gave, at most one of each manager.</returns>
    public async Task<IReadOnlyList<AgreedSnapshot>> FindSnapshotsAsync(long sequence, TimeSpan patience)
    {
        var answers = await Task.WhenAll(topology.Managers
            .Where(manager => manager.Id != self)
            .Select(manager => FindSnapshotAsync(manager, sequence, patience))).ConfigureAwait(false);
        return [.. answers.OfType<AgreedSnapshot>()];
    }

    private async Task<AgreedSnapshot?> FindSnapshotAsync(ClusterNode manager, long sequence, TimeSpan patience)
    {
        try
        {
            using var limit = new CancellationTokenSource(patience);
            using var response = await _http
                .GetAsync(new Uri(topology.UriOf(manager), $"/snapshot?sequence={sequence}"), limit.Token)
                .ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
                return null;
            var given = AgreedSnapshot.TryRead(await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false));
            if (given is null)
                ManagerLog.NoSnapshot(logger, manager.Id.ToString(), sequence);
            return given;
        }
        catch (Exception silence) when (silence is HttpRequestException or OperationCanceledException)
        {
            ManagerLog.NoManager(logger, manager.Id.ToString(), silence.Message);
            return null;
        }
    }

    /// <summary>
    /// Whether a replica's manager says that a foreign process keeps the replica from running. A manager that does not answer says no.
    /// </summary>
    public async Task<bool> IsBlockedAsync(byte replica, TimeSpan patience)
    {
        var manager = topology.Managers.First(manager => manager.Id.Number == replica);
        try
        {
            using var limit = new CancellationTokenSource(patience);
            using var response = await _http.GetAsync(new Uri(manager.Listen.ToHttpUri(), "/status"), limit.Token).ConfigureAwait(false);
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            var status = await JsonSerializer.DeserializeAsync(body, ManagerJson.Default.ManagerStatus, limit.Token).ConfigureAwait(false);
            return status?.Replica?.Blocked is not null;
        }
        catch (Exception silence) when (silence is HttpRequestException or OperationCanceledException or JsonException)
        {
            ManagerLog.NoManager(logger, manager.Id.ToString(), silence.Message);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
