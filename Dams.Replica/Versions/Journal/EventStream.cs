namespace Dams.Replica.Versions.Journal;

/// <summary>
/// The events of one slot, or of one patient in one week. So that a stream doesn't grow with the age of the service, it is condensed when it has doubled:
/// what has been undone since is left out, which no fold can tell.
/// </summary>
internal sealed class EventStream
{
    private const int Slack = 8;

    private readonly List<JournalEvent> _events = [];
    private int _condenseAt = Slack;

    /// <summary>All of them, in order.</summary>
    public IReadOnlyList<JournalEvent> Events => _events;

    /// <summary>Places taken and not released: the fold that is asked for most, kept as the stream grows.</summary>
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
