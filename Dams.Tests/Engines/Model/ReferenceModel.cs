using System.Globalization;
using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Tests.Engines.Model;

/// <summary>
/// The rules of the domain, as plainly as possible: two lists, and a method for each rule. It is slow on purpose. It was written apart
/// from every version, so that it can judge them. <see cref="Mutants"/> breaks one rule at a time, to show that the differential test
/// notices.
/// </summary>
internal class ReferenceModel : IAppointmentEngine
{
    private const int OutsideBookingsMax = 3;

    /// <summary>The open slots, in the order in which they were added.</summary>
    protected List<(Slot Slot, int Capacity)> Slots { get; } = [];

    /// <summary>All bookings, in the order in which they were made. So the holders of a slot are in booking order.</summary>
    protected List<(PatientId Patient, Slot Slot)> Bookings { get; } = [];

    public string Version => GetType() == typeof(ReferenceModel) ? "Reference model" : GetType().Name;

    /// <summary>
    /// Announces all buckets before a write, and before an addition also the slot's own bucket. It does not work out which of them will
    /// change.
    /// </summary>
    public Reply Execute(Command command, IBucketObserver observer)
    {
        if (command.IsWrite)
        {
            foreach (var key in BucketKeys())
                observer.BeforeChange(key);
        }

        if (command is AddAppointment add)
            observer.BeforeChange(BucketKey.Of(add.Slot));
        return Execute(command);
    }

    /// <summary>Executes a command without announcing any changes.</summary>
    public Reply Execute(Command command) => command switch
    {
        AddAppointment add => Add(add.Slot, add.Capacity),
        RemoveAppointment remove => Remove(remove.Slot),
        ListAppointmentAvailability list => List(list.Type),
        BookAppointment book => new BookReply(Book(book.Patient, book.Slot)),
        GetAppointmentSchedule schedule => Schedule(schedule.Patient),
        CancelAppointment cancel => Cancel(cancel.Patient, cancel.Id),
        SwapAppointment swap => new SwapReply(Swap(swap.Patient, swap.Old, swap.New)),
        _ => throw new ArgumentException($"unknown command {command}", nameof(command)),
    };

    public IReadOnlyList<BucketKey> BucketKeys() => Slots.Select(entry => BucketKey.Of(entry.Slot)).Distinct().Order().ToList();

    public Bucket ReadBucket(BucketKey key) => new(key,
    [
        .. Slots.Where(entry => BucketKey.Of(entry.Slot) == key)
            .OrderBy(entry => entry.Slot)
            .Select(entry => new SlotState(entry.Slot, entry.Capacity, [.. HoldersOf(entry.Slot)])),
    ]);

    public void Restore(IEnumerable<Bucket> buckets)
    {
        Slots.Clear();
        Bookings.Clear();
        foreach (var state in buckets.SelectMany(bucket => bucket.Slots))
        {
            Slots.Add((state.Slot, state.Capacity));
            Bookings.AddRange(state.Holders.Select(patient => (patient, state.Slot)));
        }
    }

    protected virtual AddReply Add(Slot slot, int capacity)
    {
        if (Exists(slot))
            return new AddReply(AddOutcome.AlreadyExists);
        Slots.Add((slot, capacity));
        return new AddReply(AddOutcome.Added);
    }

    protected virtual RemoveReply Remove(Slot slot)
    {
        if (!Exists(slot))
            return new RemoveReply(RemoveOutcome.NotFound, []);
        var patients = RelocationOrder(HoldersOf(slot).ToList());
        Slots.RemoveAll(entry => entry.Slot == slot);
        var relocations = new List<Relocation>();
        foreach (var patient in patients)
        {
            Bookings.Remove((patient, slot));
            AppointmentId? found = null;
            foreach (var offered in Offers(slot))
            {
                if (RelocationIsLegal(patient, offered))
                {
                    Bookings.Add((patient, offered));
                    found = offered.Id;
                    break;
                }
            }

            relocations.Add(new Relocation(patient, found));
        }

        return new RemoveReply(RemoveOutcome.Removed, [.. relocations]);
    }

    protected virtual ListReply List(AppointmentType type) => new(
    [
        .. Slots.Where(entry => entry.Slot.Type == type)
            .OrderBy(entry => entry.Slot.Id.Hospital)
            .ThenBy(entry => entry.Slot)
            .Select(entry => new SlotAvailability(entry.Slot, entry.Capacity, Remaining(entry.Slot))),
    ]);

    private BookOutcome Book(PatientId patient, Slot slot)
    {
        var outcome = Check(patient, slot);
        if (outcome == BookOutcome.Booked)
            Bookings.Add((patient, slot));
        return outcome;
    }

    protected virtual ScheduleReply Schedule(PatientId patient) => new([.. HeldBy(patient).Order()]);

    protected virtual CancelReply Cancel(PatientId patient, AppointmentId id)
    {
        foreach (var slot in HeldBy(patient).ToList())
        {
            if (slot.Id == id)
            {
                Bookings.Remove((patient, slot));
                return new CancelReply(CancelOutcome.Cancelled, slot.Type);
            }
        }

        return new CancelReply(CancelOutcome.NotBooked, null);
    }

    protected virtual SwapOutcome Swap(PatientId patient, Slot old, Slot @new)
    {
        if (!HeldBy(patient).Contains(old))
            return SwapOutcome.NotBooked;
        if (old == @new)
            return SwapOutcome.SameAppointment;

        // Release the old booking and check the new one. If it is refused, put the old one back in its place in line.
        var place = Bookings.IndexOf((patient, old));
        Bookings.RemoveAt(place);
        var outcome = Check(patient, @new);
        if (outcome == BookOutcome.Booked)
            Bookings.Add((patient, @new));
        else
            Bookings.Insert(place, (patient, old));
        return Of(outcome);
    }

    /// <summary>The checks of booking, in their order.</summary>
    protected virtual BookOutcome Check(PatientId patient, Slot slot)
    {
        if (!Exists(slot))
            return BookOutcome.NotFound;
        if (HeldBy(patient).Contains(slot))
            return BookOutcome.AlreadyBooked;
        if (HasTimeConflict(patient, slot))
            return BookOutcome.TimeConflict;
        if (HasSameTypeOnThatDay(patient, slot))
            return BookOutcome.SameTypeSameDay;
        if (IsFull(slot))
            return BookOutcome.Full;
        if (IsAtWeeklyLimit(patient, slot))
            return BookOutcome.WeeklyLimit;
        return BookOutcome.Booked;
    }

    protected virtual bool HasTimeConflict(PatientId patient, Slot slot) =>
        HeldBy(patient).Any(held => held.Id.Date == slot.Id.Date && held.Id.Time == slot.Id.Time);

    protected virtual bool HasSameTypeOnThatDay(PatientId patient, Slot slot) =>
        HeldBy(patient).Any(held => held.Id.Date == slot.Id.Date && held.Type == slot.Type);

    protected virtual bool IsFull(Slot slot) => Remaining(slot) == 0;

    protected virtual bool IsAtWeeklyLimit(PatientId patient, Slot slot) =>
        IsOutside(patient, slot)
        && HeldBy(patient).Count(held => CountsForWeek(patient, held) && SameWeek(held.Id.Date, slot.Id.Date)) >= OutsideBookingsMax;

    protected virtual bool CountsForWeek(PatientId patient, Slot held) => IsOutside(patient, held);

    protected virtual bool SameWeek(DateOnly one, DateOnly other) =>
        ISOWeek.GetYear(one) == ISOWeek.GetYear(other) && ISOWeek.GetWeekOfYear(one) == ISOWeek.GetWeekOfYear(other);

    /// <summary>The slots that are offered to the patients of a removed slot, in the order of the offers.</summary>
    protected virtual IEnumerable<Slot> Offers(Slot removed) => Slots
        .Select(entry => entry.Slot)
        .Where(slot => slot.Type == removed.Type && slot.Id.Hospital == removed.Id.Hospital && slot > removed)
        .Order();

    protected virtual List<PatientId> RelocationOrder(List<PatientId> holders) => holders;

    protected virtual bool RelocationIsLegal(PatientId patient, Slot offered) => Check(patient, offered) == BookOutcome.Booked;

    protected static bool IsOutside(PatientId patient, Slot slot) => slot.Id.Hospital != patient.Home;

    protected bool Exists(Slot slot) => Slots.Any(entry => entry.Slot == slot);

    protected IEnumerable<Slot> HeldBy(PatientId patient) =>
        Bookings.Where(booking => booking.Patient == patient).Select(booking => booking.Slot);

    protected IEnumerable<PatientId> HoldersOf(Slot slot) =>
        Bookings.Where(booking => booking.Slot == slot).Select(booking => booking.Patient);

    protected int Remaining(Slot slot) => Slots.Single(entry => entry.Slot == slot).Capacity - HoldersOf(slot).Count();

    protected static SwapOutcome Of(BookOutcome outcome) => outcome switch
    {
        BookOutcome.Booked => SwapOutcome.Swapped,
        BookOutcome.NotFound => SwapOutcome.NotFound,
        BookOutcome.AlreadyBooked => SwapOutcome.AlreadyBooked,
        BookOutcome.TimeConflict => SwapOutcome.TimeConflict,
        BookOutcome.SameTypeSameDay => SwapOutcome.SameTypeSameDay,
        BookOutcome.Full => SwapOutcome.Full,
        BookOutcome.WeeklyLimit => SwapOutcome.WeeklyLimit,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "not an outcome of booking"),
    };
}
