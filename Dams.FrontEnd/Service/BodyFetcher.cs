using System.Diagnostics;
using System.Threading.Tasks.Dataflow;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Service;

/// <summary>
/// Fetches bodies that don't fit a datagram, outside the loop and a few at a time from each replica. So a slow replica delays only
/// the bodies that are wanted from itself, and its answers can't fill the memory. Call <see cref="Fetch"/> in the loop only.
/// </summary>
/// <param name="driver">The driver of the loop.</param>
/// <param name="clientOf">Gives the SOAP client of a replica.</param>
/// <param name="fetched">
/// Called in the loop with each body, or with null if there is none. Any fault of the replica means no body, and the next one is asked.
/// </param>
/// <param name="time">The clock that limits how often failures are logged.</param>
/// <param name="logger">Gets the failures.</param>
/// <param name="stopping">Ends all fetching.</param>
internal sealed class BodyFetcher(
    ProtocolDriver driver,
    Func<int, IReplicaService> clientOf,
    Action<BodyWanted, ReadOnlyMemory<byte>?, Instant> fetched,
    TimeProvider time,
    ILogger logger,
    CancellationToken stopping)
{
    /// <summary>How many bodies are fetched from one replica at once. Answers of the greatest length then take about 150 MB.</summary>
    public const int AtOnceMax = 8;

    /// <summary>The timeout of one body, including the wait for its turn.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // A timer may elapse a little early. With less time left than this, the replica is not asked any more.
    private static readonly TimeSpan s_patienceMin = TimeSpan.FromMilliseconds(10);

    // Only the loop touches these.
    private readonly Dictionary<byte, ActionBlock<(BodyWanted Wanted, long Since)>> _queues = [];
    private readonly Dictionary<byte, Throttle> _throttles = [];

    /// <summary>Queues a body to be fetched. The calls in flight that want a body bound the queue.</summary>
    public void Fetch(BodyWanted wanted)
    {
        if (!_queues.TryGetValue(wanted.Replica, out var queue))
        {
            queue = new(next => driver.RunBesideAsync(() => FetchAsync(next.Wanted, next.Since), stopping),
                new ExecutionDataflowBlockOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = stopping });
            _queues.Add(wanted.Replica, queue);
        }

        queue.Post((wanted, Stopwatch.GetTimestamp()));
    }

    private async Task FetchAsync(BodyWanted wanted, long since)
    {
        var (body, problem) = await AskAsync(wanted, Patience - Stopwatch.GetElapsedTime(since)).ConfigureAwait(false);
        await driver.PostPatientlyAsync(now =>
        {
            if (problem is not null)
                Tell(wanted, problem);
            fetched(wanted, body, now);
        }).ConfigureAwait(false);
    }

    private async Task<(ReadOnlyMemory<byte>? Body, string? Problem)> AskAsync(BodyWanted wanted, TimeSpan patience)
    {
        if (patience < s_patienceMin)
            return (null, $"its turn did not come within {Patience.TotalSeconds} s, because {AtOnceMax} others were being fetched");
        try
        {
            var reply = await ReplicaQuestion.AskAsync(
                clientOf, wanted.Replica, client => client.GetReplyAsync(wanted.Seq.Value), patience, stopping).ConfigureAwait(false);
            // Don't use the implicit conversion from array to memory here: it makes an empty body of null.
            return reply is { Found: true, Body: { } body } ? (body, null) : (null, "the replica does not have it");
        }
        catch (ReplicaUnusableException unusable)
        {
            return (null, unusable.Message);
        }
    }

    private void Tell(BodyWanted wanted, string problem)
    {
        if (!_throttles.TryGetValue(wanted.Replica, out var throttle))
            _throttles.Add(wanted.Replica, throttle = new Throttle(time));
        if (throttle.Passes(out var count))
            CallLog.BodyNotFetched(logger, wanted.Replica, wanted.Seq.Value, problem, count);
    }
}
