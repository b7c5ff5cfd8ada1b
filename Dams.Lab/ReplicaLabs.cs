using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;
using Dams.Hosting.Cluster;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;

namespace Dams.Lab;

/// <summary>Forwards orders to the replicas, which lie and delay their replies themselves. For any thread.</summary>
internal sealed class ReplicaLabs(ClusterTopology topology, OrderToken token, NodeTls? tls) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(NodeHttp.CreateHandler(tls)) { Timeout = Patience };

    /// <summary>Orders a fault of one replica.</summary>
    /// <returns>The replica's answer, which says what it does.</returns>
    public async Task<string> OrderAsync<T>(int replica, string fault, T order, JsonTypeInfo<T> json, CancellationToken stop)
    {
        var node = FaultTargets.Replica(topology, replica);
        try
        {
            return await PostAsync(node, fault, order, json, stop);
        }
        catch (Exception silence) when (IsSilence(silence, stop))
        {
            throw OrderRefusedException.Impossible(Silence(node, silence));
        }
    }

    /// <summary>
    /// Heals all replicas that answer. If nobody listens at a replica's address, the replica has lost its faults with its process, or
    /// has just started without any. Any other replica that does not answer keeps its faults, and nobody heals it later.
    /// </summary>
    /// <returns>The replicas that this order did not heal.</returns>
    public async Task<IReadOnlyList<UnhealedReplica>> HealAsync(CancellationToken stop)
    {
        var unhealed = await Task.WhenAll(topology.Replicas.Select(async node =>
        {
            try
            {
                await PostAsync(node, "heal", new HealOrder(), FaultJson.Default.HealOrder, stop);
                return null;
            }
            catch (OrderRefusedException refused)
            {
                return new UnhealedReplica(node.Id, refused.Message, MayLie: true);
            }
            catch (Exception silence) when (IsSilence(silence, stop))
            {
                return new UnhealedReplica(node.Id, Silence(node, silence),
                    MayLie: silence.InnerException is not SocketException { SocketErrorCode: SocketError.ConnectionRefused });
            }
        }));
        return [.. unhealed.OfType<UnhealedReplica>()];
    }

    /// <summary>Asks the replicas which faults they have. The answers come by number, without replicas that don't answer.</summary>
    public async Task<IReadOnlyList<ReplicaLabReport>> ReportAsync(CancellationToken stop)
    {
        var reports = await Task.WhenAll(topology.Replicas.Select(async replica =>
        {
            try
            {
                return await _http.GetFromJsonAsync(
                    new Uri(topology.UriOf(replica), FaultEndpoints.Path), FaultJson.Default.ReplicaLabReport, stop);
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
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(topology.UriOf(node), $"{FaultEndpoints.Path}/{fault}"))
        {
            Content = JsonContent.Create(order, json),
            Headers = { Authorization = token.Header },
        };
        using var answer = await _http.SendAsync(request, stop);
        var text = (await answer.Content.ReadAsStringAsync(stop)).TrimEnd();
        return answer.StatusCode switch
        {
            HttpStatusCode.OK => text,
            HttpStatusCode.BadRequest or HttpStatusCode.Conflict => throw new OrderRefusedException(text, (int)answer.StatusCode),
            _ => throw OrderRefusedException.Impossible(
                $"{node.Id} answers {(int)answer.StatusCode}: it was not started with --lab, or is of another release."),
        };
    }

    private static string Silence(ReplicaNode node, Exception silence) => $"{node.Id} does not answer at {node.Address}: {silence.Message}";

    private static bool IsSilence(Exception exception, CancellationToken stop) =>
        exception is HttpRequestException || (exception is OperationCanceledException && !stop.IsCancellationRequested);
}

/// <summary>A replica that an order to heal did not heal.</summary>
/// <param name="Id">The replica's id.</param>
/// <param name="Problem">A sentence that says why.</param>
/// <param name="MayLie">Whether its process may still run with the injected faults.</param>
internal sealed record UnhealedReplica(NodeId Id, string Problem, bool MayLie);
