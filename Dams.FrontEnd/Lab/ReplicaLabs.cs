using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
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
            return await PostAsync(node, fault, order, json, stop);
        }
        catch (Exception silence) when (IsSilence(silence, stop))
        {
            throw FaultRefusedException.Impossible(Silence(node, silence));
        }
    }

    /// <summary>
    /// Heals all that answer. One at whose address nobody listens has lost its faults with its process, or has just been started and was never told of any; any other that does not answer goes
    /// on with what it was told, and nobody tells it later.
    /// </summary>
    /// <returns>Those that are not healed by this order, with what is known of each.</returns>
    public async Task<IReadOnlyList<UnhealedReplica>> HealAsync(CancellationToken stop)
    {
        var unhealed = await Task.WhenAll(topology.Replicas.Select(async node =>
        {
            try
            {
                await PostAsync(node, "heal", new HealOrder(), FaultJson.Default.HealOrder, stop);
                return null;
            }
            catch (FaultRefusedException refused)
            {
                return new UnhealedReplica(node.Id, refused.Message, MayLie: true);
            }
            catch (Exception silence) when (IsSilence(silence, stop))
            {
                return new UnhealedReplica(node.Id, Silence(node, silence), MayLie: silence.InnerException is not SocketException { SocketErrorCode: SocketError.ConnectionRefused });
            }
        }));
        return [.. unhealed.OfType<UnhealedReplica>()];
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

    private async Task<string> PostAsync<T>(ReplicaNode node, string fault, T order, JsonTypeInfo<T> json, CancellationToken stop)
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

    private static string Silence(ReplicaNode node, Exception silence) => $"{node.Id} does not answer at {node.Listen}: {silence.Message}";

    private static bool IsSilence(Exception exception, CancellationToken stop) =>
        exception is HttpRequestException || (exception is OperationCanceledException && !stop.IsCancellationRequested);
}

/// <summary>A replica that an order to heal did not reach.</summary>
/// <param name="Id">Which.</param>
/// <param name="Problem">Why not, as a sentence.</param>
/// <param name="MayLie">Whether there may be a process that goes on as it was told.</param>
internal sealed record UnhealedReplica(NodeId Id, string Problem, bool MayLie);
