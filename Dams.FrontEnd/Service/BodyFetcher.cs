using System.Diagnostics;
using System.Threading.Channels;
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
/// the bodies that are wanted from itself, and its answers can't fill the memory.
/// </summary>
/// <param name="clientOf">Gives the SOAP client of a replica.</param>
/// <param name="time">The clock that limits how often failures are logged.</param>
/// <param name="logger">Gets the failures.</param>
internal sealed class BodyFetcher(Func<int, IReplicaService> clientOf, TimeProvider time, ILogger logger)
{
    /// <summary>How many bodies are fetched from one replica at once. Answers of the greatest length then take about 150 MB.</summary>
    public const int AtOnceMax = 8;

    /// <summary>
    /// How many bodies may be on their way from the loop to the fetching task: several for each call in flight. The task empties the
    /// queue at once. A body that finds no room is lost, and the coordinator asks another replica for it after a while.
    /// </summary>
    private const int HandedOverMax = 16_384;

    /// <summary>The timeout of one body, including the wait for its turn.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // A timer may elapse a little early. With less time left than this, the replica is not asked any more.
    private static readonly TimeSpan s_patienceMin = TimeSpan.FromMilliseconds(10);

    private readonly Channel<(BodyWanted Wanted, long Since)> _wanted = Channel.CreateBounded<(BodyWanted, long)>(
        new BoundedChannelOptions(HandedOverMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, SingleWriter = true });

    // Only the loop touches this.
    private readonly Dictionary<byte, Throttle> _throttles = [];

    /// <summary>Has a body fetched. Call in the loop only.</summary>
    public void Fetch(BodyWanted wanted) => _wanted.Writer.TryWrite((wanted, Stopwatch.GetTimestamp()));

    /// <summary>Fetches the wanted bodies until it is cancelled. Call once.</summary>
    /// <param name="driver">The driver of the loop.</param>
    /// <param name="fetched">
    /// Called in the loop with each body, or with null if there is none. Any fault of the replica means no body, and the next one is
    /// asked.
    /// </param>
    /// <param name="stopping">Ends all fetching.</param>
    public Task RunAsync(ProtocolDriver driver, Action<BodyWanted, ReadOnlyMemory<byte>?, Instant> fetched, CancellationToken stopping)
    {
        return driver.RunBesideAsync(() => DispatchAsync(FetchBesideAsync, stopping), stopping);

        Task FetchBesideAsync((BodyWanted, long) next) => driver.RunBesideAsync(() => FetchAsync(next), stopping);

        async Task FetchAsync((BodyWanted Wanted, long Since) next)
        {
            var patience = Patience - Stopwatch.GetElapsedTime(next.Since);
            var (body, problem) = await AskAsync(next.Wanted, patience, stopping).ConfigureAwait(false);
            await driver.PostPatientlyAsync(now =>
            {
                if (problem is not null)
                    Tell(next.Wanted, problem);
                fetched(next.Wanted, body, now);
            }).ConfigureAwait(false);
        }
    }

    /// <summary>Queues each body at its replica. The calls in flight that want a body bound the queues.</summary>
    private async Task DispatchAsync(Func<(BodyWanted Wanted, long Since), Task> fetch, CancellationToken stopping)
    {
        var options = new ExecutionDataflowBlockOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = stopping };
        var queues = new Dictionary<byte, ActionBlock<(BodyWanted Wanted, long Since)>>();
        await foreach (var next in _wanted.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            if (!queues.TryGetValue(next.Wanted.Replica, out var queue))
                queues.Add(next.Wanted.Replica, queue = new(fetch, options));
            queue.Post(next);
        }
    }

    private async Task<(ReadOnlyMemory<byte>? Body, string? Problem)> AskAsync(
        BodyWanted wanted, TimeSpan patience, CancellationToken stopping)
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
