using System.Net.Http.Json;
using System.Text.Json;
using Dams.Cli.Status;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;

namespace Dams.Cli.Demo;

/// <summary>Follows what the managers agree on. All managers number the events alike, so any of them will do.</summary>
internal sealed class ManagerEvents(ClusterTopology topology) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(1) };
    private long _told;

    /// <summary>The events since the last call; none if no manager answers.</summary>
    public async Task<IReadOnlyList<ManagerEvent>> NextAsync(CancellationToken stop)
    {
        foreach (var manager in topology.Managers)
        {
            try
            {
                var said = await _http.GetFromJsonAsync(
                    new Uri(manager.Address.ToHttpUri(), "/status"), PlainStatusJson.Default.ManagerStatus, stop);
                List<ManagerEvent> next = [.. said!.Events.Where(happening => happening.Number > _told)];
                _told = Math.Max(_told, next.Count == 0 ? 0 : next[^1].Number);
                return next;
            }
            catch (Exception silence) when (silence is HttpRequestException or JsonException
                || (silence is OperationCanceledException && !stop.IsCancellationRequested))
            {
                // The next manager knows it as well.
            }
        }

        return [];
    }

    public void Dispose() => _http.Dispose();
}
