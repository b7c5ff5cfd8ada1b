using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Replica.Versions.Relational;

/// <summary>
/// The version that asks a database. The rules are queries (<see cref="Sql"/>). An operation of several steps
/// is rehearsed in a transaction that is rolled back. The rehearsal also covers the rule "as if the old one
/// were already released". Then the changes are announced to the observer, and then they are made. Holds
/// native memory: dispose of it.
/// </summary>
internal sealed class RelationalEngine : IAppointmentEngine, IDisposable
{
    private readonly Database _database = new();

    public string Version => "Relational";

    public Reply Execute(Command command, IBucketObserver observer) => command switch
    {
        AddAppointment add => Add(add.Slot, add.Capacity, observer),
        RemoveAppointment remove => Remove(remove.Slot, observer),
        ListAppointmentAvailability list => new ListReply([.. _database.Availability(list.Type)]),
        BookAppointment book => Book(book.Patient, book.Slot, observer),
        GetAppointmentSchedule schedule => new ScheduleReply([.. _database.Schedule(schedule.Patient)]),
        CancelAppointment cancel => Cancel(cancel.Patient, cancel.Id, observer),
        SwapAppointment swap => Swap(swap.Patient, swap.Old, swap.New, observer),
        _ => throw new ArgumentException($"no query for {command.GetType().Name}", nameof(command)),
    };

    public IReadOnlyList<BucketKey> BucketKeys() => _database.BucketKeys();

    public Bucket ReadBucket(BucketKey key) =>
        new(key, [.. _database.SlotsOf(key).Select(slot => new SlotState(slot.Slot, slot.Capacity, [.. _database.Holders(slot.Slot)]))]);

    public void Restore(IEnumerable<Bucket> buckets) => _database.Load(() =>
    {
        foreach (var state in buckets.SelectMany(bucket => bucket.Slots))
        {
            _database.Open(state.Slot, state.Capacity);
            _database.Book(state.Holders, state.Slot);
        }
    });

    public void Dispose() => _database.Dispose();

    private AddReply Add(Slot slot, int capacity, IBucketObserver observer)
    {
        if (_database.Exists(slot))
            return new AddReply(AddOutcome.AlreadyExists);
        observer.BeforeChange(BucketKey.Of(slot));
        _database.Open(slot, capacity);
        return new AddReply(AddOutcome.Added);
    }

    private RemoveReply Remove(Slot removed, IBucketObserver observer)
    {
        if (!_database.Exists(removed))
            return new RemoveReply(RemoveOutcome.NotFound, []);
        var patients = _database.Holders(removed);
        var moves = patients.Count == 0
            ? []
            : _database.Rehearse(() => patients.ConvertAll(patient => (Patient: patient, Offer: Move(patient, removed))));

        observer.BeforeChange(BucketKey.Of(removed));
        foreach (var (_, offer) in moves)
        {
            if (offer is { } taken)
                observer.BeforeChange(BucketKey.Of(taken));
        }

        _database.InTransaction(() =>
        {
            foreach (var (patient, offer) in moves)
            {
                _database.Release(patient, removed);
                if (offer is { } taken)
                    _database.Book(patient, taken);
            }

            _database.Close(removed);
        });
        return new RemoveReply(RemoveOutcome.Removed, [.. moves.Select(move => new Relocation(move.Patient, move.Offer?.Id))]);
    }

    /// <summary>Releases the booking and books the first offer, if there is one.</summary>
    private Slot? Move(PatientId patient, Slot removed)
    {
        _database.Release(patient, removed);
        var offer = _database.FirstOffer(patient, removed);
        if (offer is { } taken)
            _database.Book(patient, taken);
        return offer;
    }

    private BookReply Book(PatientId patient, Slot slot, IBucketObserver observer)
    {
        var outcome = _database.Judge(patient, slot);
        if (outcome == BookOutcome.Booked)
        {
            observer.BeforeChange(BucketKey.Of(slot));
            _database.Book(patient, slot);
        }

        return new BookReply(outcome);
    }

    private CancelReply Cancel(PatientId patient, AppointmentId id, IBucketObserver observer)
    {
        if (_database.TypeHeldAt(patient, id) is not { } type)
            return new CancelReply(CancelOutcome.NotBooked, null);
        var slot = new Slot(id, type);
        observer.BeforeChange(BucketKey.Of(slot));
        _database.Release(patient, slot);
        return new CancelReply(CancelOutcome.Cancelled, type);
    }

    private SwapReply Swap(PatientId patient, Slot old, Slot @new, IBucketObserver observer)
    {
        if (_database.TypeHeldAt(patient, old.Id) != old.Type)
            return new SwapReply(SwapOutcome.NotBooked);
        if (old == @new)
            return new SwapReply(SwapOutcome.SameAppointment);

        var outcome = _database.Rehearse(() => _database.Release(patient, old)
            ? _database.Judge(patient, @new)
            : throw new InvalidOperationException("a booking that was just found is gone"));
        switch (outcome)
        {
            case BookOutcome.NotFound: return new SwapReply(SwapOutcome.NotFound);
            case BookOutcome.AlreadyBooked: return new SwapReply(SwapOutcome.AlreadyBooked);
            case BookOutcome.TimeConflict: return new SwapReply(SwapOutcome.TimeConflict);
            case BookOutcome.SameTypeSameDay: return new SwapReply(SwapOutcome.SameTypeSameDay);
            case BookOutcome.Full: return new SwapReply(SwapOutcome.Full);
            case BookOutcome.WeeklyLimit: return new SwapReply(SwapOutcome.WeeklyLimit);
        }

        observer.BeforeChange(BucketKey.Of(old));
        observer.BeforeChange(BucketKey.Of(@new));
        _database.InTransaction(() =>
        {
            _database.Release(patient, old);
            _database.Book(patient, @new);
        });
        return new SwapReply(SwapOutcome.Swapped);
    }
}
