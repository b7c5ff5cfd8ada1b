using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Dams.Contracts.Topology;
using Dams.Hosting.Lab;

namespace Dams.FrontEnd.Lab;

/// <summary>Hands orders on to the replicas, who lie and dawdle themselves. For any thread.</summary>
internal sealed class ReplicaLabs(ClusterTopology topology) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };

    /// <summary>Orders a fault.</summary>
    /// <returns>What the replica says it does.</returns>
    public async Task<string> OrderAsync<T>(int replica, string fault, T order, JsonTypeInfo<T> json, CancellationToken stop)
    {
        var node = FaultTargets.Replica(topology, replica);
        try
        {
            using var answer = await _http.PostAsJsonAsync(new Uri(node.Listen.ToHttpUri(), $"{FaultEndpoints.Path}/{fault}"), order, json, stop);
            var text = (await answer.Content.ReadAsStringAsync(stop)).TrimEnd();
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => text,
                HttpStatusCode.BadRequest or HttpStatusCode.Conflict => throw new FaultRefusedException(text, (int)answer.StatusCode),
                _ => throw FaultRefusedException.Impossible($"{node.Id} answers {(int)answer.StatusCode}: it was not started with --lab, or is of another release."),
            };
        }
        catch (Exception silence) when (IsSilence(silence, stop))
        {
            throw FaultRefusedException.Impossible($"{node.Id} does not answer at {node.Listen}: {silence.Message}");
        }
    }

    /// <summary>Heals all that answer. One that doesn't has lost its faults with its process, or is told when the next order comes.</summary>
    /// <returns>Those that do not answer.</returns>
    public async Task<IReadOnlyList<string>> HealAsync(CancellationToken stop)
    {
        var silent = await Task.WhenAll(topology.Replicas.Select(async replica =>
        {
            try
            {
                await OrderAsync(replica.Id.Number, "heal", new HealOrder(), FaultJson.Default.HealOrder, stop);
                return null;
            }
            catch (FaultRefusedException refused)
            {
                return refused.Message;
            }
        }));
        return [.. silent.OfType<string>()];
    }

    /// <summary>What the replicas say, by number; those that don't answer are left out.</summary>
    public async Task<IReadOnlyList<ReplicaLabReport>> ReportAsync(CancellationToken stop)
    {
        var reports = await Task.WhenAll(topology.Replicas.Select(async replica =>
        {
            try
            {
                return await _http.GetFromJsonAsync(new Uri(replica.Listen.ToHttpUri(), FaultEndpoints.Path), FaultJson.Default.ReplicaLabReport, stop);
            }
            catch (Exception silence) when (IsSilence(silence, stop))
            {
                return null;
            }
        }));
        return [.. reports.OfType<ReplicaLabReport>()];
    }

    public void Dispose() => _http.Dispose();

    private static bool IsSilence(Exception exception, CancellationToken stop) =>
        exception is HttpRequestException || (exception is OperationCanceledException && !stop.IsCancellationRequested);
}
