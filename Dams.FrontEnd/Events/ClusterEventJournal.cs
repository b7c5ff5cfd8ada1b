using System.Globalization;
using Dams.Hosting.Status;
using Dams.Ordering;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Events;

/// <summary>
/// Keeps the transitions of the cluster since this front end started: the last thousand, and how many there were of each kind. Passes
/// each new one to the subscribers. For any thread; a writer never waits for a reader.
/// </summary>
internal sealed class ClusterEventJournal(BootId boot, TimeProvider time, ILogger logger)
{
    /// <summary>How many events are kept: enough for an hour of trouble, and few enough to be sent to a page at once.</summary>
    public const int Kept = 1000;

    /// <summary>How many subscribers there can be at the same time; each holds a connection.</summary>
    public const int SubscribersMax = 64;

    /// <summary>How many of them one reader can have, as <see cref="EventReader"/> tells readers apart: a quarter.</summary>
    public const int SharePerReader = SubscribersMax / 4;

    private readonly Lock _gate = new();
    private readonly Queue<ClusterEvent> _kept = new(Kept);
    private readonly Dictionary<(ClusterEventKind Kind, string Node), long> _counts = [];
    private readonly List<EventSubscription> _subscribers = [];
    private readonly Dictionary<string, int> _shares = [];
    private long _last;

    /// <summary>The boot of this front end; each boot numbers its events from 1.</summary>
    public BootId Boot { get; } = boot;

    /// <summary>Writes an event.</summary>
    /// <param name="kind">The kind of transition.</param>
    /// <param name="node">The id of the process that it is about.</param>
    /// <param name="text">A sentence for people, without its subject if that is the process.</param>
    /// <param name="at">When it happened; null for now.</param>
    public void Write(ClusterEventKind kind, string node, string text, DateTimeOffset? at = null)
    {
        var name = ClusterEventKindNames.Of(kind);
        lock (_gate)
        {
            var written = new ClusterEvent { Id = ++_last, Time = at ?? time.GetUtcNow(), Kind = name, Node = node, Text = text };
            _counts[(kind, node)] = _counts.GetValueOrDefault((kind, node)) + 1;
            if (_kept.Count == Kept)
                _kept.Dequeue();
            _kept.Enqueue(written);
            foreach (var subscriber in _subscribers)
                subscriber.Offer(written);
        }

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
        {
            return _counts.GroupBy(count => count.Key.Kind, count => count.Value)
                .ToDictionary(kind => ClusterEventKindNames.Of(kind.Key), kind => kind.Sum());
        }
    }

    /// <summary>How many events of a kind there were about a process.</summary>
    public long CountOf(ClusterEventKind kind, string node)
    {
        lock (_gate)
            return _counts.GetValueOrDefault((kind, node));
    }

    /// <summary>Subscribes to the events.</summary>
    /// <param name="after">
    /// The last event that the reader has seen: the kept ones after it come first. If it is of another boot, all kept ones come first.
    /// If it is null, the subscription begins with the next event to happen.
    /// </param>
    /// <param name="reader">The reader; see <see cref="EventReader"/>.</param>
    /// <param name="refusal">Why there is no subscription: the readers or this reader have all that they can have.</param>
    /// <returns>Null if there are too many subscribers already.</returns>
    public EventSubscription? TrySubscribe(EventPlace? after, string reader, out string refusal)
    {
        lock (_gate)
        {
            var share = _shares.GetValueOrDefault(reader);
            refusal = _subscribers.Count >= SubscribersMax
                ? string.Create(CultureInfo.InvariantCulture, $"{SubscribersMax} readers follow the events already")
                : share >= SharePerReader
                    ? string.Create(CultureInfo.InvariantCulture, $"{reader} follows the events {share} times already, which is its share")
                    : "";
            if (refusal.Length > 0)
                return null;
            // A reader of another boot's events has seen nothing of this boot. A number that this boot has not reached is of another
            // boot, too.
            var seen = after is not { } place ? _last : place.Boot != Boot || place.Number > _last ? 0 : place.Number;
            var subscription = new EventSubscription(seen, _kept.Where(kept => kept.Id > seen), ended => Unsubscribe(ended, reader));
            _subscribers.Add(subscription);
            _shares[reader] = share + 1;
            return subscription;
        }
    }

    private void Unsubscribe(EventSubscription subscription, string reader)
    {
        lock (_gate)
        {
            if (!_subscribers.Remove(subscription))
                return;
            if (--_shares[reader] == 0)
                _shares.Remove(reader);
        }
    }

    private static bool IsTrouble(ClusterEventKind kind) => kind
        is ClusterEventKind.SequencerSilent
        or ClusterEventKind.ReplyWrong
        or ClusterEventKind.ReplySilent
        or ClusterEventKind.NoQuorum
        or ClusterEventKind.Divergence
        or ClusterEventKind.CheckpointDiffers
        or ClusterEventKind.StatesDivided
        or ClusterEventKind.Suspicion
        or ClusterEventKind.Verdict
        or ClusterEventKind.Degraded
        or ClusterEventKind.Alarm;
}
