namespace Dams.Replica.Versions.Journal;

/// <summary>
/// The events of one slot, or of one patient in one week. A stream that has doubled is condensed, so that it doesn't
/// grow with the age of the service. Events that were undone are left out, which changes no fold.
/// </summary>
internal sealed class EventStream
{
    private const int Slack = 8;

    private readonly List<JournalEvent> _events = [];
    private int _condenseAt = Slack;

    /// <summary>All events, in order.</summary>
    public IReadOnlyList<JournalEvent> Events => _events;

    /// <summary>
    /// The number of places taken and not released. This fold is needed most, so it is updated as the stream grows.
    /// </summary>
    public int Taken { get; private set; }

    public void Append(JournalEvent happened)
    {
        _events.Add(happened);
        Taken += Fold.PlacesOf(happened);
        if (_events.Count < _condenseAt)
            return;
        var standing = Fold.Standing(_events);
        _events.RemoveAll(older => older is PlaceTaken or PlaceReleased);
        _events.AddRange(standing);
        _condenseAt = 2 * _events.Count + Slack;
    }
}
