using System.Net;
using System.Text.Json;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>Asks the other managers over HTTP. A manager that does not answer is logged at Debug. Used by many threads.</summary>
internal sealed class ManagerClients(ClusterTopology topology, NodeId self, ILogger logger) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Fetches the agreed state at a JOIN from the first other manager that has it; null if none has.</summary>
    public async Task<AgreedSnapshot?> FindSnapshotAsync(long sequence, TimeSpan patience)
    {
        foreach (var manager in topology.Managers.Where(manager => manager.Id != self))
        {
            try
            {
                using var limit = new CancellationTokenSource(patience);
                using var response = await _http
                    .GetAsync(new Uri(manager.Address.ToHttpUri(), $"/snapshot?sequence={sequence}"), limit.Token)
                    .ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.OK
                    && AgreedSnapshot.TryRead(
                        await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false)) is { } snapshot)
                {
                    return snapshot;
                }
            }
            catch (Exception silence) when (silence is HttpRequestException or OperationCanceledException)
            {
                ManagerLog.NoManager(logger, manager.Id.ToString(), silence.Message);
            }
        }

        return null;
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
