using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.ReplicaManager;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes;

/// <summary>Reads what the managers of a running cluster have agreed on, from their <c>/status</c>.</summary>
internal sealed class AgreedByManagers(ClusterTopology topology) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    // A paused manager must not hold up the others.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>Waits until the status of any manager is as wanted, and gives that status.</summary>
    public async Task<ManagerStatus> SayAsync(
        Predicate<ManagerStatus> isWanted, [CallerArgumentExpression(nameof(isWanted))] string what = "")
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var all = await Task.WhenAll(topology.Managers.Select(ReadAsync));
            if (all.OfType<ManagerStatus>().FirstOrDefault(status => isWanted(status)) is { } found)
                return found;
            if (Stopwatch.GetElapsedTime(began) > Eventually.Limit)
            {
                var said = string.Join('\n', all.Select(status => status?.ToString() + Tell(status?.Events ?? [])));
                throw new TimeoutException($"not within {Eventually.Limit.TotalSeconds} s: {what}; the managers say: {said}");
            }

            await Task.Delay(Poll);
        }
    }

    /// <summary>Waits for an event about a node, after event number <paramref name="after"/>; gives all events after that number.</summary>
    public async Task<IReadOnlyList<ManagerEvent>> TellAsync(long after, string node, string kind)
    {
        var status = await SayAsync(
            status => status.Events.Any(happening => happening.Number > after && happening.Node == node && happening.Kind == kind),
            $"event {kind} of {node} after event {after}");
        return [.. status.Events.Where(happening => happening.Number > after)];
    }

    /// <summary>The number of the last event so far.</summary>
    public async Task<long> LastEventAsync()
    {
        var last = 0L;
        foreach (var status in await Task.WhenAll(topology.Managers.Select(ReadAsync)))
            last = Math.Max(last, status?.Events is [.., var newest] ? newest.Number : 0);
        return last;
    }

    /// <summary>
    /// Whether every suspicion and accusation of a node is settled: it was dismissed, or raised an alarm, or led to a replacement that is
    /// done.
    /// </summary>
    public static bool IsSettled(IReadOnlyCollection<ManagerEvent> events, string node) => events
        .Where(charge => charge.Node == node && charge.Kind is ("suspicion" or "verdict" or "checkpointDiffers"))
        .All(charge => events.Any(
            end => end.Number > charge.Number && end.Node == node && end.Kind is ("dismissed" or "alarm" or "replacementDone")));

    /// <summary>Formats events for the test's output, one a line.</summary>
    public static string Tell(IEnumerable<ManagerEvent> events) => string.Concat(events.Select(
        happening => $"\n  {happening.Number} {happening.Time:HH:mm:ss.fff} {happening.Node} {happening.Kind}: {happening.Text}"));

    public void Dispose() => _http.Dispose();

    private async Task<ManagerStatus?> ReadAsync(ClusterNode manager)
    {
        try
        {
            return await _http.GetFromJsonAsync(new Uri(manager.Listen.ToHttpUri(), "/status"), ManagerJson.Default.ManagerStatus);
        }
        catch (Exception silence) when (silence is HttpRequestException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }
}
