using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Journal;

/// <summary>Folds events into the present state.</summary>
internal static class Fold
{
    /// <summary>By how much an event changes the number of places taken.</summary>
    public static int PlacesOf(JournalEvent happened) => happened switch
    {
        PlaceTaken => 1,
        PlaceReleased => -1,
        _ => 0,
    };

    /// <summary>The places that were taken and not released since, in the order in which they were taken.</summary>
    public static List<PlaceTaken> Standing(IReadOnlyList<JournalEvent> events)
    {
        // Read backwards: a release undoes the taking before it.
        var standing = new List<PlaceTaken>(events.Count);
        HashSet<(PatientId, Slot)>? released = null;
        for (var i = events.Count - 1; i >= 0; i--)
        {
            switch (events[i])
            {
                case PlaceReleased release: (released ??= []).Add((release.Patient, release.Slot)); break;
                case PlaceTaken taken when released is null || !released.Remove((taken.Patient, taken.Slot)): standing.Add(taken); break;
            }
        }

        standing.Reverse();
        return standing;
    }

    /// <summary>The capacity that a slot was opened with. Its opening is its first event.</summary>
    public static int Capacity(IReadOnlyList<JournalEvent> events) => ((SlotOpened)events[0]).Capacity;
}
