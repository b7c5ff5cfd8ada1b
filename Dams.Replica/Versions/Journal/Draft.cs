using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Replica.Versions.Journal;

/// <summary>
/// The events that a command is about to add, and the journal as it would be with them. A swap notes the release
/// of the old slot here, and so checks the new one "as if the old one were already released". A draft that is
/// not entered has no effect.
/// </summary>
internal sealed class Draft(EventJournal journal)
{
    private readonly List<JournalEvent> _noted = [];
    private readonly Dictionary<(PatientId, IsoWeek), List<JournalEvent>> _notedOfPatient = [];
    private readonly Dictionary<Slot, int> _placesNoted = [];

    public void Note(JournalEvent happened)
    {
        _noted.Add(happened);
        if (happened is PlaceTaken taken)
            NoteOfPatient(taken.Patient, taken);
        else if (happened is PlaceReleased released)
            NoteOfPatient(released.Patient, released);
    }

    public int? Remaining(Slot slot) => journal.OfSlot(slot) is { } stream
        ? Fold.Capacity(stream.Events) - stream.Taken - _placesNoted.GetValueOrDefault(slot)
        : null;

    /// <summary>The places that the patient holds in a week.</summary>
    public List<PlaceTaken> Held(PatientId patient, IsoWeek week)
    {
        var stored = journal.OfPatient(patient, week);
        return Fold.Standing(_notedOfPatient.TryGetValue((patient, week), out var noted) ? [.. stored, .. noted] : stored);
    }

    /// <summary>Forgets all noted events.</summary>
    public void Discard()
    {
        _noted.Clear();
        _notedOfPatient.Clear();
        _placesNoted.Clear();
    }

    /// <summary>Tells the observer of all noted events, then appends them to the journal.</summary>
    public void Enter(IBucketObserver observer)
    {
        foreach (var happens in _noted)
            observer.BeforeChange(BucketKey.Of(happens.Slot));
        foreach (var happens in _noted)
            journal.Append(happens);
    }

    private void NoteOfPatient(PatientId patient, JournalEvent happened)
    {
        var key = (patient, IsoWeek.Of(happened.Slot.Id.Date));
        if (!_notedOfPatient.TryGetValue(key, out var events))
            _notedOfPatient.Add(key, events = []);
        events.Add(happened);
        _placesNoted[happened.Slot] = _placesNoted.GetValueOrDefault(happened.Slot) + Fold.PlacesOf(happened);
    }
}
