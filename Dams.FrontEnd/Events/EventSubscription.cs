using System.Threading.Channels;
using Dams.Hosting.Status;

namespace Dams.FrontEnd.Events;

/// <summary>
/// A reader's subscription to the journal. Any thread may offer events; one thread reads them. A reader that is too slow loses the
/// oldest events, and sees that from the gap in the ids.
/// </summary>
internal sealed class EventSubscription : IDisposable
{
    private readonly Channel<ClusterEvent> _channel = Channel.CreateBounded<ClusterEvent>(
        new BoundedChannelOptions(ClusterEventJournal.Kept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Action<EventSubscription> _end;

    /// <param name="seen">The number of the last event that the reader knows.</param>
    /// <param name="backlog">The events that the reader gets first.</param>
    /// <param name="end">Called when the subscription ends.</param>
    public EventSubscription(long seen, IEnumerable<ClusterEvent> backlog, Action<EventSubscription> end)
    {
        Seen = seen;
        _end = end;
        foreach (var kept in backlog)
            Offer(kept);
    }

    /// <summary>The number of the last event that was read, or that the reader knew before.</summary>
    public long Seen { get; private set; }

    /// <summary>Queues an event for the reader.</summary>
    public void Offer(ClusterEvent offered) => _channel.Writer.TryWrite(offered);

    /// <summary>Reads the next event, if there is one.</summary>
    /// <param name="next">The event.</param>
    /// <param name="missed">How many events were lost before it.</param>
    public bool TryRead(out ClusterEvent? next, out long missed)
    {
        missed = 0;
        if (!_channel.Reader.TryRead(out next))
            return false;
        missed = next.Id - Seen - 1;
        Seen = next.Id;
        return true;
    }

    /// <summary>Waits for the next event.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken stop) => _channel.Reader.WaitToReadAsync(stop);

    public void Dispose() => _end(this);
}
