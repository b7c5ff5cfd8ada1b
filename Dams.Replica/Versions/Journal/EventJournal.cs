using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Journal;

/// <summary>
/// All events, in a stream per open slot and in a stream per patient and week. No rule asks
/// about a patient beyond a week.
/// </summary>
internal sealed class EventJournal
{
    private static readonly IReadOnlyList<JournalEvent> Nothing = [];

    private readonly Dictionary<Slot, EventStream> _ofSlot = [];
    private readonly Dictionary<PatientId, Dictionary<IsoWeek, EventStream>> _ofPatient = [];
    private readonly Dictionary<(Hospital, AppointmentType), SlotIndex> _open = [];

    public IEnumerable<Slot> OpenSlots => _ofSlot.Keys;

    public EventStream? OfSlot(Slot slot) => _ofSlot.GetValueOrDefault(slot);

    public IReadOnlyList<JournalEvent> OfPatient(PatientId patient, IsoWeek week) =>
        _ofPatient.TryGetValue(patient, out var weeks) && weeks.TryGetValue(week, out var stream) ? stream.Events : Nothing;

    /// <summary>The patient's streams of all weeks, in no order.</summary>
    public IEnumerable<EventStream> OfPatient(PatientId patient) => _ofPatient.TryGetValue(patient, out var weeks) ? weeks.Values : [];

    public SlotIndex Open(Hospital hospital, AppointmentType type)
    {
        if (!_open.TryGetValue((hospital, type), out var index))
            _open.Add((hospital, type), index = new SlotIndex());
        return index;
    }

    public void Append(JournalEvent happened)
    {
        switch (happened)
        {
            case SlotOpened opened:
                var stream = new EventStream();
                stream.Append(opened);
                _ofSlot.Add(opened.Slot, stream);
                Open(opened.Slot.Id.Hospital, opened.Slot.Type).Insert(opened.Slot.Id);
                break;
            case SlotClosed closed:
                _ofSlot.Remove(closed.Slot);
                Open(closed.Slot.Id.Hospital, closed.Slot.Type).Remove(closed.Slot.Id);
                break;
            case PlaceTaken taken:
                _ofSlot[taken.Slot].Append(taken);
                AppendToWeek(taken.Patient, taken);
                break;
            case PlaceReleased released:
                _ofSlot[released.Slot].Append(released);
                AppendToWeek(released.Patient, released);
                break;
            default: throw new ArgumentException($"no stream for {happened}", nameof(happened));
        }
    }

    private void AppendToWeek(PatientId patient, JournalEvent happened)
    {
        var week = IsoWeek.Of(happened.Slot.Id.Date);
        if (!_ofPatient.TryGetValue(patient, out var weeks))
            _ofPatient.Add(patient, weeks = []);
        if (!weeks.TryGetValue(week, out var stream))
            weeks.Add(week, stream = new EventStream());
        stream.Append(happened);
        if (stream.Taken > 0)
            return;

        // All places are released. An empty stream folds like a missing one, so it is removed.
        weeks.Remove(week);
        if (weeks.Count == 0)
            _ofPatient.Remove(patient);
    }
}
