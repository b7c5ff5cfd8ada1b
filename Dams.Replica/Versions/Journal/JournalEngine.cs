using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Replica.Versions.Journal;

/// <summary>
/// The version that keeps a journal: it never changes anything, it only adds events. It decides a command over
/// folds of the events of the patient and of the slot. It notes the new events in a draft, and enters them
/// when everything is decided.
/// </summary>
internal sealed class JournalEngine : IAppointmentEngine
{
    private EventJournal _journal = new();

    public string Version => "Journal";

    public Reply Execute(Command command, IBucketObserver observer)
    {
        var draft = new Draft(_journal);
        Reply reply = command switch
        {
            AddAppointment add => Add(draft, add.Slot, add.Capacity),
            RemoveAppointment remove => Remove(draft, remove.Slot),
            ListAppointmentAvailability list => List(draft, list.Type),
            BookAppointment book => Book(draft, book.Patient, book.Slot),
            GetAppointmentSchedule schedule => Schedule(schedule.Patient),
            CancelAppointment cancel => Cancel(draft, cancel.Patient, cancel.Id),
            SwapAppointment swap => Swap(draft, swap.Patient, swap.Old, swap.New),
            _ => throw new ArgumentException($"the journal does not know {command.GetType().Name}", nameof(command)),
        };
        draft.Enter(observer);
        return reply;
    }

    public IReadOnlyList<BucketKey> BucketKeys() => [.. new SortedSet<BucketKey>(_journal.OpenSlots.Select(BucketKey.Of))];

    public Bucket ReadBucket(BucketKey key)
    {
        var times = Enum.GetValues<TimeOfDay>();
        var types = Enum.GetValues<AppointmentType>();
        var states = from time in times
                     from type in types
                     let slot = new Slot(new AppointmentId(key.Hospital, key.Date, time), type)
                     let stream = _journal.OfSlot(slot)
                     where stream is not null
                     select new SlotState(
                         slot, Fold.Capacity(stream.Events), [.. Fold.Standing(stream.Events).Select(taken => taken.Patient)]);
        return new Bucket(key, [.. states]);
    }

    public void Restore(IEnumerable<Bucket> buckets)
    {
        var journal = new EventJournal();
        foreach (var state in buckets.SelectMany(bucket => bucket.Slots))
        {
            journal.Append(new SlotOpened(state.Slot, state.Capacity));
            foreach (var patient in state.Holders)
                journal.Append(new PlaceTaken(state.Slot, patient));
        }

        _journal = journal;
    }

    private static AddReply Add(Draft draft, Slot slot, int capacity)
    {
        if (draft.Remaining(slot) is not null)
            return new AddReply(AddOutcome.AlreadyExists);
        draft.Note(new SlotOpened(slot, capacity));
        return new AddReply(AddOutcome.Added);
    }

    private RemoveReply Remove(Draft draft, Slot slot)
    {
        if (_journal.OfSlot(slot) is not { } stream)
            return new RemoveReply(RemoveOutcome.NotFound, []);

        var relocations = new List<Relocation>();
        var offered = stream.Taken == 0 ? [] : OfferedAfter(draft, slot);
        foreach (var lost in Fold.Standing(stream.Events))
        {
            draft.Note(new PlaceReleased(slot, lost.Patient));
            relocations.Add(new Relocation(lost.Patient, Relocate(draft, lost.Patient, offered)));
        }

        draft.Note(new SlotClosed(slot));
        return new RemoveReply(RemoveOutcome.Removed, [.. relocations]);
    }

    private List<Slot> OfferedAfter(Draft draft, Slot removed) =>
    [
        .. _journal.Open(removed.Id.Hospital, removed.Type).After(removed.Id)
            .Select(id => new Slot(id, removed.Type)).Where(slot => draft.Remaining(slot) > 0),
    ];

    private static AppointmentId? Relocate(Draft draft, PatientId patient, List<Slot> offered)
    {
        foreach (var slot in offered)
        {
            if (BookingRules.Judge(draft, patient, slot) != BookOutcome.Booked)
                continue;
            draft.Note(new PlaceTaken(slot, patient));

            // No patient releases a place in the meantime, so a full slot need not be offered again.
            if (draft.Remaining(slot) == 0)
                offered.Remove(slot);
            return slot.Id;
        }

        return null;
    }

    private ListReply List(Draft draft, AppointmentType type)
    {
        var slots = from hospital in Enum.GetValues<Hospital>()
                    from id in _journal.Open(hospital, type).All
                    let slot = new Slot(id, type)
                    select new SlotAvailability(slot, Fold.Capacity(_journal.OfSlot(slot)!.Events), draft.Remaining(slot)!.Value);
        return new ListReply([.. slots]);
    }

    private static BookReply Book(Draft draft, PatientId patient, Slot slot)
    {
        var outcome = BookingRules.Judge(draft, patient, slot);
        if (outcome == BookOutcome.Booked)
            draft.Note(new PlaceTaken(slot, patient));
        return new BookReply(outcome);
    }

    private ScheduleReply Schedule(PatientId patient)
    {
        var held = _journal.OfPatient(patient).SelectMany(stream => Fold.Standing(stream.Events)).Select(taken => taken.Slot);
        return new ScheduleReply([.. held.Order()]);
    }

    private static CancelReply Cancel(Draft draft, PatientId patient, AppointmentId id)
    {
        if (draft.Held(patient, IsoWeek.Of(id.Date)).Find(taken => taken.Slot.Id == id) is not { } booking)
            return new CancelReply(CancelOutcome.NotBooked, null);
        draft.Note(new PlaceReleased(booking.Slot, patient));
        return new CancelReply(CancelOutcome.Cancelled, booking.Slot.Type);
    }

    private static SwapReply Swap(Draft draft, PatientId patient, Slot old, Slot @new)
    {
        if (!draft.Held(patient, IsoWeek.Of(old.Id.Date)).Exists(taken => taken.Slot == old))
            return new SwapReply(SwapOutcome.NotBooked);
        if (old == @new)
            return new SwapReply(SwapOutcome.SameAppointment);

        draft.Note(new PlaceReleased(old, patient));
        var outcome = BookingRules.Judge(draft, patient, @new);
        if (outcome == BookOutcome.Booked)
            draft.Note(new PlaceTaken(@new, patient));
        else
            draft.Discard();
        return new SwapReply(outcome switch
        {
            BookOutcome.Booked => SwapOutcome.Swapped,
            BookOutcome.NotFound => SwapOutcome.NotFound,
            BookOutcome.AlreadyBooked => SwapOutcome.AlreadyBooked,
            BookOutcome.TimeConflict => SwapOutcome.TimeConflict,
            BookOutcome.SameTypeSameDay => SwapOutcome.SameTypeSameDay,
            BookOutcome.Full => SwapOutcome.Full,
            BookOutcome.WeeklyLimit => SwapOutcome.WeeklyLimit,
            _ => throw new InvalidOperationException($"{outcome} is not an outcome of booking"),
        });
    }
}
