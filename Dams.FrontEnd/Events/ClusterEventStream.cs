using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Dams.FrontEnd.Status;
using Microsoft.AspNetCore.Http;

namespace Dams.FrontEnd.Events;

/// <summary>
/// Serves <c>/events</c> as server-sent events. <c>Last-Event-ID</c> or <c>?after=</c> resumes after an id; without either the stream
/// begins with the next event. An id names the boot of the front end (<see cref="EventPlace"/>). After an id of an earlier boot, the
/// stream begins with all events that are kept of this boot. Two events exist besides the kinds. <c>heartbeat</c> lets a page notice a
/// dead connection; a comment would keep the connection open, but a page can't see it. <c>missed</c> says how many events a reader has
/// lost because it was too slow or away for too long.
/// </summary>
internal sealed class ClusterEventStream(ClusterEventJournal journal, TimeProvider time, CancellationToken stopping)
{
    /// <summary>The event that only says that the connection is alive.</summary>
    public const string Heartbeat = "heartbeat";

    /// <summary>The event that says how many events were lost.</summary>
    public const string Missed = "missed";

    /// <summary>The longest silence of a stream: less than the minute after which proxies close a connection.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_reconnection = TimeSpan.FromSeconds(2);

    /// <summary>Serves one reader until it leaves or the process stops.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        // A browser that reconnects repeats the address and adds the header, so the header is newer.
        var given = http.Request.Headers["Last-Event-ID"] is { Count: > 0 } header
            ? header.ToString()
            : http.Request.Query["after"].ToString();
        EventPlace? after = null;
        if (given.Length > 0)
        {
            if (!EventPlace.TryParse(given, journal.Boot, out var place))
            {
                await RefuseAsync(http, StatusCodes.Status400BadRequest, $"Last-Event-ID or ?after= must be {EventPlace.Expected}\n");
                return;
            }

            after = place;
        }

        using var subscription = journal.TrySubscribe(after, EventReader.Of(http), out var refusal);
        if (subscription is null)
        {
            http.Response.Headers.RetryAfter = "10";
            await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, $"{refusal}; /status has the last ones\n");
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted);
        await TypedResults.ServerSentEvents(ItemsAsync(subscription, stop.Token)).ExecuteAsync(http);
    }

    private static Task RefuseAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    // Ends without an exception: a stream that is told to stop is complete. It has its own cancellation token, and needs no other.
    private async IAsyncEnumerable<SseItem<string>> ItemsAsync(
        EventSubscription subscription, CancellationToken stop, [EnumeratorCancellation] CancellationToken _ = default)
    {
        using var timer = new PeriodicTimer(HeartbeatInterval, time);
        var tick = timer.WaitForNextTickAsync(stop).AsTask();
        var wait = subscription.WaitAsync(stop).AsTask();
        // Sent at once, so that the reader gets the headers before anything happens.
        yield return HeartbeatAfter(subscription) with { ReconnectionInterval = s_reconnection };
        while (!stop.IsCancellationRequested)
        {
            while (subscription.TryRead(out var next, out var missed))
            {
                if (missed > 0)
                    yield return new SseItem<string>(string.Create(CultureInfo.InvariantCulture, $"{{\"missed\":{missed}}}"), Missed);
                yield return new SseItem<string>(
                    JsonSerializer.Serialize(next, StatusJson.Default.ClusterEvent), next!.Kind)
                {
                    EventId = new EventPlace(journal.Boot, next.Id).ToString(),
                };
            }

            if (wait.IsCompleted)
                wait = subscription.WaitAsync(stop).AsTask();
            await Task.WhenAny(wait, tick);
            if (!tick.IsCompletedSuccessfully)
                continue;
            tick = timer.WaitForNextTickAsync(stop).AsTask();
            yield return HeartbeatAfter(subscription);
        }
    }

    private static SseItem<string> HeartbeatAfter(EventSubscription subscription) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{{\"last\":{subscription.Seen}}}"), Heartbeat);
}
