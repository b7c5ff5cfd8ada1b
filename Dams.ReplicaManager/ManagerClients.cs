using System.Net;
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
    private readonly HttpClient _http = new(NodeHttp.CreateHandler(tls));

    /// <summary>Fetches the agreed state at a JOIN from the first other manager that has it; null if none has.</summary>
    public async Task<AgreedSnapshot?> FindSnapshotAsync(long sequence, TimeSpan patience)
    {
        foreach (var manager in topology.Managers.Where(manager => manager.Id != self))
        {
            try
            {
                using var limit = new CancellationTokenSource(patience);
                using var response = await _http
                    .GetAsync(new Uri(topology.UriOf(manager), $"/snapshot?sequence={sequence}"), limit.Token)
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

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
