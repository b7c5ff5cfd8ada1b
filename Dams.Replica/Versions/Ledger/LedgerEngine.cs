using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Replica.Versions.Ledger;

/// <summary>
/// The version that keeps a ledger: a page per slot and a page per patient, in hash maps, changed in place. Every
/// operation first makes all its checks, then tells the observer, then writes. So an exception before the first change
/// leaves the books as they were.
/// </summary>
internal sealed class LedgerEngine : IAppointmentEngine
{
    private const int OutsideBookingsPerWeekMax = 3;

    private Books _books = new();

    public string Version => "Ledger";

    public Reply Execute(Command command, IBucketObserver observer) => command switch
    {
        AddAppointment add => Add(add, observer),
        RemoveAppointment remove => Remove(remove, observer),
        ListAppointmentAvailability list => List(list),
        BookAppointment book => Book(book, observer),
        GetAppointmentSchedule schedule => Schedule(schedule),
        CancelAppointment cancel => Cancel(cancel, observer),
        SwapAppointment swap => Swap(swap, observer),
        _ => throw new ArgumentException($"no rule for {command.GetType().Name}", nameof(command)),
    };

    public IReadOnlyList<BucketKey> BucketKeys() => _books.BucketKeys();

    public Bucket ReadBucket(BucketKey key) => _books.ReadBucket(key);

    public void Restore(IEnumerable<Bucket> buckets) => _books = Books.From(buckets);

    private AddReply Add(AddAppointment add, IBucketObserver observer)
    {
        if (_books.Find(add.Slot) is not null)
            return new AddReply(AddOutcome.AlreadyExists);

        observer.BeforeChange(BucketKey.Of(add.Slot));
        _books.Open(new SlotPage(add.Slot, add.Capacity));
        return new AddReply(AddOutcome.Added);
    }

    private RemoveReply Remove(RemoveAppointment remove, IBucketObserver observer)
    {
        if (_books.Find(remove.Slot) is not { } removed)
            return new RemoveReply(RemoveOutcome.NotFound, []);

        var moves = PlanRelocations(removed);

        observer.BeforeChange(BucketKey.Of(removed.Slot));
        foreach (var (_, target) in moves)
        {
            if (target is not null)
                observer.BeforeChange(BucketKey.Of(target.Slot));
        }

        _books.Close(removed);
        foreach (var (patient, target) in moves)
        {
            if (target is not null)
                Books.Book(patient, target);
        }

        return new RemoveReply(
            RemoveOutcome.Removed, [.. moves.Select(move => new Relocation(move.Patient.Patient, move.Target?.Slot.Id))]);
    }

    /// <summary>
    /// Plans where each holder goes, in booking order. Patients get in each other's way only by taking places, and
    /// <see cref="RelocationOffers"/> counts those. So the plan is what booking them one after the other would give.
    /// </summary>
    private List<(PatientPage Patient, SlotPage? Target)> PlanRelocations(SlotPage removed)
    {
        var moves = new List<(PatientPage, SlotPage?)>(removed.Holders.Count);
        using var offers = new RelocationOffers(_books.LaterThan(removed));
        foreach (var patient in removed.Holders)
            moves.Add((patient, offers.TakeFirst(slot => MayBook(patient, slot, released: removed) == BookOutcome.Booked)));
        return moves;
    }

    private ListReply List(ListAppointmentAvailability list)
    {
        var slots = new List<SlotAvailability>();
        for (var hospital = Hospital.MTL; hospital <= Hospital.SHE; hospital++)
        {
            foreach (var page in _books.SlotsOf(hospital, list.Type))
                slots.Add(new SlotAvailability(page.Slot, page.Capacity, page.Remaining));
        }

        return new ListReply([.. slots]);
    }

    private BookReply Book(BookAppointment book, IBucketObserver observer)
    {
        var patient = _books.PageOf(book.Patient);
        if (_books.Find(book.Slot) is not { } slot)
            return new BookReply(BookOutcome.NotFound);

        var outcome = MayBook(patient, slot, released: null);
        if (outcome == BookOutcome.Booked)
        {
            observer.BeforeChange(BucketKey.Of(slot.Slot));
            Books.Book(patient, slot);
        }

        return new BookReply(outcome);
    }

    private ScheduleReply Schedule(GetAppointmentSchedule schedule) =>
        new([.. _books.PageOf(schedule.Patient).Held.Select(held => held.Slot).Order()]);

    private CancelReply Cancel(CancelAppointment cancel, IBucketObserver observer)
    {
        var patient = _books.PageOf(cancel.Patient);
        if (patient.At(cancel.Id.Date, cancel.Id.Time) is not { } held || held.Slot.Id != cancel.Id)
            return new CancelReply(CancelOutcome.NotBooked, null);

        observer.BeforeChange(BucketKey.Of(held.Slot));
        Books.Release(patient, held);
        return new CancelReply(CancelOutcome.Cancelled, held.Slot.Type);
    }

    private SwapReply Swap(SwapAppointment swap, IBucketObserver observer)
    {
        var patient = _books.PageOf(swap.Patient);
        if (_books.Find(swap.Old) is not { } old || !patient.Holds(old))
            return new SwapReply(SwapOutcome.NotBooked);
        if (swap.New == swap.Old)
            return new SwapReply(SwapOutcome.SameAppointment);
        if (_books.Find(swap.New) is not { } next)
            return new SwapReply(SwapOutcome.NotFound);

        var outcome = MayBook(patient, next, released: old);
        if (outcome != BookOutcome.Booked)
            return new SwapReply(AsSwap(outcome));

        observer.BeforeChange(BucketKey.Of(old.Slot));
        observer.BeforeChange(BucketKey.Of(next.Slot));
        Books.Release(patient, old);
        Books.Book(patient, next);
        return new SwapReply(SwapOutcome.Swapped);
    }

    /// <summary>
    /// Makes the checks of booking a slot that exists, in their order, as if <paramref name="released"/>
    /// had already been released.
    /// </summary>
    private static BookOutcome MayBook(PatientPage patient, SlotPage slot, SlotPage? released)
    {
        var id = slot.Slot.Id;
        if (patient.Holds(slot))
            return BookOutcome.AlreadyBooked;
        if (patient.At(id.Date, id.Time) is { } held && held != released)
            return BookOutcome.TimeConflict;
        if (patient.HoldsTypeOn(id.Date, slot.Slot.Type, except: released))
            return BookOutcome.SameTypeSameDay;
        if (slot.Remaining == 0)
            return BookOutcome.Full;
        if (id.Hospital != patient.Patient.Home && patient.OutsideHomeInWeekOf(id.Date, except: released) >= OutsideBookingsPerWeekMax)
            return BookOutcome.WeeklyLimit;
        return BookOutcome.Booked;
    }

    private static SwapOutcome AsSwap(BookOutcome refused) => refused switch
    {
        BookOutcome.AlreadyBooked => SwapOutcome.AlreadyBooked,
        BookOutcome.TimeConflict => SwapOutcome.TimeConflict,
        BookOutcome.SameTypeSameDay => SwapOutcome.SameTypeSameDay,
        BookOutcome.Full => SwapOutcome.Full,
        BookOutcome.WeeklyLimit => SwapOutcome.WeeklyLimit,
        _ => throw new ArgumentOutOfRangeException(nameof(refused), refused, "not an outcome that rejects a slot that exists"),
    };
}
