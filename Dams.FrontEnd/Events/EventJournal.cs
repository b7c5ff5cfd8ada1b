using Dams.Ordering;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Events;

/// <summary>
/// The transitions of the cluster since this front end has started: the last thousand, how many there were of each kind, and whoever follows them. Written and
/// read by any thread; a writer never waits for a reader.
/// </summary>
internal sealed class EventJournal(BootId boot, TimeProvider time, ILogger logger)
{
    /// <summary>How many events are kept: enough for an hour of trouble, and few enough to be sent to a page at once.</summary>
    public const int Kept = 1000;

    /// <summary>How many can follow at the same time; each holds a connection.</summary>
    public const int SubscribersMax = 64;

    private readonly Lock _gate = new();
    private readonly Queue<ClusterEvent> _kept = new(Kept);
    private readonly Dictionary<(ClusterEventKind Kind, string Node), long> _counts = [];
    private readonly List<EventSubscription> _subscribers = [];
    private long _last;

    /// <summary>The life of this front end: its events are numbered from 1.</summary>
    public BootId Boot { get; } = boot;

    /// <summary>Writes an event.</summary>
    /// <param name="kind">What has happened.</param>
    /// <param name="node">To whom.</param>
    /// <param name="text">A sentence.</param>
    /// <param name="at">When; now, if not said.</param>
    public void Write(ClusterEventKind kind, string node, string text, DateTimeOffset? at = null)
    {
        lock (_gate)
        {
            var written = new ClusterEvent(++_last, at ?? time.GetUtcNow(), kind, node, text);
            _counts[(kind, node)] = _counts.GetValueOrDefault((kind, node)) + 1;
            if (_kept.Count == Kept)
                _kept.Dequeue();
            _kept.Enqueue(written);
            foreach (var subscriber in _subscribers)
                subscriber.Offer(written);
        }

        var name = ClusterEventKindNames.Of(kind);
        var level = IsTrouble(kind) ? LogLevel.Warning : LogLevel.Information;
        EventLog.Written(logger, level, name, node, text);
    }

    /// <summary>The last events, oldest first.</summary>
    public IReadOnlyList<ClusterEvent> Last(int count)
    {
        lock (_gate)
            return [.. _kept.Skip(_kept.Count - count)];
    }

    /// <summary>How many events there were of each kind that has happened.</summary>
    public IReadOnlyDictionary<string, long> Counts()
    {
        lock (_gate)
            return _counts.GroupBy(count => count.Key.Kind, count => count.Value).ToDictionary(kind => ClusterEventKindNames.Of(kind.Key), kind => kind.Sum());
    }

    /// <summary>How many events of a kind there were about a process.</summary>
    public long CountOf(ClusterEventKind kind, string node)
    {
        lock (_gate)
            return _counts.GetValueOrDefault((kind, node));
    }

    /// <summary>Follows the events.</summary>
    /// <param name="after">Begins with the kept ones after this one; with all that are kept, if that is of another life; with the next one to come, if not said.</param>
    /// <returns>Null if too many follow already.</returns>
    public EventSubscription? TrySubscribe(EventPlace? after)
    {
        lock (_gate)
        {
            if (_subscribers.Count >= SubscribersMax)
                return null;
            // Who comes from another life of this front end has seen nothing of this one; and a number from the future alone shows that it is of another.
            var seen = after is not { } place ? _last : place.Boot != Boot || place.Number > _last ? 0 : place.Number;
            var subscription = new EventSubscription(seen, _kept.Where(kept => kept.Id > seen), Unsubscribe);
            _subscribers.Add(subscription);
            return subscription;
        }
    }

    private void Unsubscribe(EventSubscription subscription)
    {
        lock (_gate)
            _subscribers.Remove(subscription);
    }

    private static bool IsTrouble(ClusterEventKind kind) => kind is ClusterEventKind.SequencerSilent or ClusterEventKind.ReplyWrong or ClusterEventKind.ReplySilent
        or ClusterEventKind.NoQuorum or ClusterEventKind.Divergence or ClusterEventKind.CheckpointDiffers or ClusterEventKind.StatesDivided or ClusterEventKind.Suspicion
        or ClusterEventKind.Verdict or ClusterEventKind.Degraded or ClusterEventKind.Alarm;
}

/// <summary>Log of events. Event ids 4030–4039.</summary>
internal static partial class EventLog
{
    [LoggerMessage(EventId = 4030, Message = "{Kind} {Node}: {Text}")]
    public static partial void Written(ILogger logger, LogLevel level, string kind, string node, string text);
}
