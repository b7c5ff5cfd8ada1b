namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The last events for people. They are part of the agreed state, so all managers tell the same in the same words. Pure and
/// single-threaded.
/// </summary>
/// <param name="max">How many events are kept.</param>
internal sealed class AgreedEvents(int max)
{
    private readonly Queue<AgreedEvent> _events = [];

    /// <summary>The events, oldest first.</summary>
    public IReadOnlyCollection<AgreedEvent> All => _events;

    /// <summary>The number of the last event; 0 if there was none.</summary>
    public long LastNumber { get; private set; }

    /// <summary>Adds an event with the next number. The oldest one goes if there are too many.</summary>
    public void Tell(long time, AgreedEventKind kind, byte replica, string text)
    {
        _events.Enqueue(new AgreedEvent(++LastNumber, time, kind, replica, text));
        if (_events.Count > max)
            _events.Dequeue();
    }

    /// <summary>Takes over what a snapshot holds.</summary>
    public void Restore(AgreedSnapshot snapshot)
    {
        LastNumber = snapshot.LastEvent;
        _events.Clear();
        foreach (var happening in snapshot.Events)
            _events.Enqueue(happening);
    }
}
