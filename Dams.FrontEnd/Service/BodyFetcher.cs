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
/// Fetches bodies that don't fit a datagram, outside the loop: a few at a time from each replica, so that one that dawdles has only those wait that want something of
/// itself, and what it sends can't fill the memory. <see cref="Fetch"/> is the loop's.
/// </summary>
/// <param name="driver">The loop.</param>
/// <param name="clientOf">How a replica is reached.</param>
/// <param name="fetched">Told in the loop of each body; null is none. Whatever the replica does wrong is no body, and the next one is asked.</param>
/// <param name="time">How often failures are told.</param>
/// <param name="logger">Hears of them.</param>
/// <param name="stopping">Ends it.</param>
internal sealed class BodyFetcher(
    ProtocolDriver driver, Func<int, IReplicaService> clientOf, Action<BodyWanted, ReadOnlyMemory<byte>?, Instant> fetched, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    /// <summary>Bodies that are fetched from one replica at the same time: as answers of the longest message, about 150 MB.</summary>
    public const int AtOnceMax = 8;

    /// <summary>How long a body is waited for, its turn included.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // A timer may be a little early: with less left than this nobody is asked any more.
    private static readonly TimeSpan s_patienceMin = TimeSpan.FromMilliseconds(10);

    // The loop's alone.
    private readonly Dictionary<byte, ActionBlock<(BodyWanted Wanted, long Since)>> _queues = [];
    private readonly Dictionary<byte, Throttle> _throttles = [];

    /// <summary>Has a body fetched when it is its turn. As many wait as there are calls in flight that want one.</summary>
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
            return (null, $"{AtOnceMax} others have been waited for, for {Patience.TotalSeconds} s");
        try
        {
            var reply = await ReplicaQuestion.AskAsync(clientOf, wanted.Replica, client => client.GetReplyAsync(wanted.Seq.Value), patience, stopping).ConfigureAwait(false);
            // Not the conversion of an array to memory, which makes no array an empty body.
            return reply is { Found: true, Body: { } body } ? (body, null) : (null, "it does not have it");
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
