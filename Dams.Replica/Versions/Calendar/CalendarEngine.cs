using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Replica.Versions.Calendar;

/// <summary>
/// The version that is a calendar of integers. It has days of 27 cells, a diary of sixteen bits a day for each
/// patient, and sets of days as bits. A slot is a day and a cell (<see cref="Numbering"/>). There is no hash map,
/// and no object per booking.
/// </summary>
internal sealed class CalendarEngine : IAppointmentEngine
{
    private static readonly (int Day, int Cell) NoMove = (-1, -1);

    private readonly CalendarDay?[] _days = new CalendarDay?[Numbering.Days];
    private readonly Diary?[] _diaries = new Diary?[Numbering.Patients];

    // Per hospital and type, the days with such a slot, at any time of day.
    private readonly DaySet[] _daysWith = [.. Enumerable.Range(0, Numbering.Hospitals * Numbering.TypesPerTime).Select(_ => new DaySet())];

    public string Version => "Calendar";

    public Reply Execute(Command command, IBucketObserver observer) => command switch
    {
        AddAppointment add => Add(Numbering.DayOf(add.Slot.Id.Date), Numbering.CellOf(add.Slot), add.Capacity, observer),
        RemoveAppointment remove => Remove(Numbering.DayOf(remove.Slot.Id.Date), Numbering.CellOf(remove.Slot), observer),
        ListAppointmentAvailability list => List((int)list.Type),
        BookAppointment book =>
            Book(Numbering.PatientOf(book.Patient), Numbering.DayOf(book.Slot.Id.Date), Numbering.CellOf(book.Slot), observer),
        GetAppointmentSchedule schedule => Schedule(Numbering.PatientOf(schedule.Patient)),
        CancelAppointment cancel => Cancel(Numbering.PatientOf(cancel.Patient), cancel.Id, observer),
        SwapAppointment swap => Swap(Numbering.PatientOf(swap.Patient), swap.Old, swap.New, observer),
        _ => throw new ArgumentException($"the calendar does not know {command.GetType().Name}", nameof(command)),
    };

    public IReadOnlyList<BucketKey> BucketKeys()
    {
        var keys = new List<BucketKey>();
        for (var hospital = 0; hospital < Numbering.Hospitals; hospital++)
        {
            for (var day = NextDayAt(hospital, 0); day != DaySet.None; day = NextDayAt(hospital, day + 1))
                keys.Add(new BucketKey((Hospital)hospital, Numbering.DateOf(day)));
        }

        return keys;
    }

    public Bucket ReadBucket(BucketKey key)
    {
        var number = Numbering.DayOf(key.Date);
        if (_days[number] is not { } day)
            return new Bucket(key, []);
        var slots = new List<SlotState>();
        var first = Numbering.CellOf((int)key.Hospital, 0, 0);
        for (var cell = first; cell < first + Numbering.CellsPerHospital; cell++)
        {
            if (!day.HasSlot(cell))
                continue;
            var holders = new PatientId[day.Holders(cell).Length];
            for (var i = 0; i < holders.Length; i++)
                holders[i] = Numbering.PatientIdOf(day.Holders(cell)[i]);
            slots.Add(new SlotState(Numbering.SlotOf(number, cell), day.Capacity(cell), [.. holders]));
        }

        return new Bucket(key, [.. slots]);
    }

    public void Restore(IEnumerable<Bucket> buckets)
    {
        // All buckets are read before the first cell is wiped.
        var slots = buckets.SelectMany(bucket => bucket.Slots).ToList();
        Array.Clear(_days);
        Array.Clear(_diaries);
        foreach (var days in _daysWith)
            days.Clear();
        foreach (var state in slots)
        {
            var (day, cell) = (Numbering.DayOf(state.Slot.Id.Date), Numbering.CellOf(state.Slot));
            Open(day, cell, state.Capacity);
            foreach (var patient in state.Holders)
                Enter(Numbering.PatientOf(patient), day, cell);
        }
    }

    private AddReply Add(int day, int cell, int capacity, IBucketObserver observer)
    {
        if (HasSlot(day, cell))
            return new AddReply(AddOutcome.AlreadyExists);
        observer.BeforeChange(KeyOf(day, cell));
        Open(day, cell, capacity);
        return new AddReply(AddOutcome.Added);
    }

    private RemoveReply Remove(int day, int cell, IBucketObserver observer)
    {
        if (!HasSlot(day, cell))
            return new RemoveReply(RemoveOutcome.NotFound, []);
        var patients = _days[day]!.Holders(cell).ToArray();
        var moves = PlanMoves(patients, day, cell);

        observer.BeforeChange(KeyOf(day, cell));
        foreach (var move in moves)
        {
            if (move != NoMove)
                observer.BeforeChange(KeyOf(move.Day, move.Cell));
        }

        Close(day, cell, patients);
        var relocations = new Relocation[patients.Length];
        for (var i = 0; i < patients.Length; i++)
        {
            var (newDay, newCell) = moves[i];
            if (moves[i] != NoMove)
                Enter(patients[i], newDay, newCell);
            relocations[i] = new Relocation(
                Numbering.PatientIdOf(patients[i]), moves[i] == NoMove ? null : Numbering.SlotOf(newDay, newCell).Id);
        }

        return new RemoveReply(RemoveOutcome.Removed, [.. relocations]);
    }

    /// <summary>
    /// Goes through the later slots in order. Each slot takes the patients who still wait, in booking order, while it
    /// has places left. The rules let each patient in turn take the first slot that suits, which comes to the same: all
    /// patients are offered the slots in one order, so a patient who gets into a slot here would have come to it first.
    /// </summary>
    private (int Day, int Cell)[] PlanMoves(ushort[] patients, int removedDay, int removedCell)
    {
        var moves = new (int Day, int Cell)[patients.Length];
        Array.Fill(moves, NoMove);
        var waiting = patients.Length;
        var released = MomentOf(removedDay, removedCell);
        var (day, cell) = NextSlotAfter(removedDay, removedCell);
        while (waiting > 0 && day != DaySet.None)
        {
            var left = _days[day]!.Left(cell);
            for (var i = 0; i < patients.Length && left > 0; i++)
            {
                if (moves[i] != NoMove
                    || WeekRules.Judge(_diaries[patients[i]]!, patients[i], day, cell, left, released) != BookOutcome.Booked)
                    continue;
                moves[i] = (day, cell);
                left--;
                waiting--;
            }

            (day, cell) = NextSlotAfter(day, cell);
        }

        return moves;
    }

    private ListReply List(int type)
    {
        var slots = new List<SlotAvailability>();
        for (var hospital = 0; hospital < Numbering.Hospitals; hospital++)
        {
            var days = DaysWith(hospital, type);
            for (var day = days.NextFrom(0); day != DaySet.None; day = days.NextFrom(day + 1))
            {
                for (var time = 0; time < Numbering.TimesPerDay; time++)
                {
                    var cell = Numbering.CellOf(hospital, time, type);
                    if (HasSlot(day, cell))
                        slots.Add(new SlotAvailability(Numbering.SlotOf(day, cell), _days[day]!.Capacity(cell), _days[day]!.Left(cell)));
                }
            }
        }

        return new ListReply([.. slots]);
    }

    private BookReply Book(int patient, int day, int cell, IBucketObserver observer)
    {
        if (!HasSlot(day, cell))
            return new BookReply(BookOutcome.NotFound);
        var outcome = WeekRules.Judge(DiaryOf(patient), patient, day, cell, _days[day]!.Left(cell), WeekRules.NothingReleased);
        if (outcome == BookOutcome.Booked)
        {
            observer.BeforeChange(KeyOf(day, cell));
            Enter(patient, day, cell);
        }

        return new BookReply(outcome);
    }

    private ScheduleReply Schedule(int patient)
    {
        var slots = new List<Slot>();
        _diaries[patient]?.ForEach((day, time, code) =>
            slots.Add(Numbering.SlotOf(day, Numbering.CellOf(Numbering.HospitalOfCode(code), time, Numbering.TypeOfCode(code)))));
        return new ScheduleReply([.. slots]);
    }

    private CancelReply Cancel(int patient, AppointmentId id, IBucketObserver observer)
    {
        var day = Numbering.DayOf(id.Date);
        var code = _diaries[patient]?.CodeAt(day, (int)id.Time) ?? 0;
        if (code == 0 || Numbering.HospitalOfCode(code) != (int)id.Hospital)
            return new CancelReply(CancelOutcome.NotBooked, null);
        var cell = Numbering.CellOf((int)id.Hospital, (int)id.Time, Numbering.TypeOfCode(code));
        observer.BeforeChange(KeyOf(day, cell));
        Strike(patient, day, cell);
        return new CancelReply(CancelOutcome.Cancelled, (AppointmentType)Numbering.TypeOfCode(code));
    }

    private SwapReply Swap(int patient, Slot old, Slot @new, IBucketObserver observer)
    {
        var (oldDay, oldCell) = (Numbering.DayOf(old.Id.Date), Numbering.CellOf(old));
        var (newDay, newCell) = (Numbering.DayOf(@new.Id.Date), Numbering.CellOf(@new));
        if (DiaryOf(patient).CodeAt(oldDay, Numbering.TimeOfCell(oldCell)) != Numbering.CodeOfCell(oldCell))
            return new SwapReply(SwapOutcome.NotBooked);
        if ((oldDay, oldCell) == (newDay, newCell))
            return new SwapReply(SwapOutcome.SameAppointment);
        if (!HasSlot(newDay, newCell))
            return new SwapReply(SwapOutcome.NotFound);
        switch (WeekRules.Judge(DiaryOf(patient), patient, newDay, newCell, _days[newDay]!.Left(newCell), MomentOf(oldDay, oldCell)))
        {
            case BookOutcome.AlreadyBooked: return new SwapReply(SwapOutcome.AlreadyBooked);
            case BookOutcome.TimeConflict: return new SwapReply(SwapOutcome.TimeConflict);
            case BookOutcome.SameTypeSameDay: return new SwapReply(SwapOutcome.SameTypeSameDay);
            case BookOutcome.Full: return new SwapReply(SwapOutcome.Full);
            case BookOutcome.WeeklyLimit: return new SwapReply(SwapOutcome.WeeklyLimit);
        }

        observer.BeforeChange(KeyOf(oldDay, oldCell));
        observer.BeforeChange(KeyOf(newDay, newCell));
        Strike(patient, oldDay, oldCell);
        Enter(patient, newDay, newCell);
        return new SwapReply(SwapOutcome.Swapped);
    }

    private bool HasSlot(int day, int cell) => _days[day] is { } cells && cells.HasSlot(cell);

    private Diary DiaryOf(int patient) => _diaries[patient] ??= new Diary();

    private DaySet DaysWith(int hospital, int type) => _daysWith[hospital * Numbering.TypesPerTime + type];

    private int NextDayAt(int hospital, int from)
    {
        var next = DaySet.None;
        for (var type = 0; type < Numbering.TypesPerTime; type++)
            next = Math.Min(next, DaysWith(hospital, type).NextFrom(from));
        return next;
    }

    /// <summary>The next slot of the same hospital and type; <see cref="DaySet.None"/> as its day if there is none.</summary>
    private (int Day, int Cell) NextSlotAfter(int day, int cell)
    {
        var (hospital, type) = (Numbering.HospitalOfCell(cell), Numbering.TypeOfCell(cell));
        var time = Numbering.TimeOfCell(cell) + 1;
        while (day != DaySet.None)
        {
            for (; time < Numbering.TimesPerDay; time++)
            {
                if (HasSlot(day, Numbering.CellOf(hospital, time, type)))
                    return (day, Numbering.CellOf(hospital, time, type));
            }

            day = DaysWith(hospital, type).NextFrom(day + 1);
            time = 0;
        }

        return (DaySet.None, cell);
    }

    private void Open(int day, int cell, int capacity)
    {
        (_days[day] ??= new CalendarDay()).Open(cell, capacity);
        MarkDay(day, cell);
    }

    private void Close(int day, int cell, ReadOnlySpan<ushort> holders)
    {
        foreach (var patient in holders)
            _diaries[patient]!.Write(day, Numbering.TimeOfCell(cell), 0);
        _days[day]!.Close(cell);
        MarkDay(day, cell);
    }

    private void MarkDay(int day, int cell)
    {
        var (hospital, type) = (Numbering.HospitalOfCell(cell), Numbering.TypeOfCell(cell));
        var hasAny = false;
        for (var time = 0; time < Numbering.TimesPerDay; time++)
            hasAny |= HasSlot(day, Numbering.CellOf(hospital, time, type));
        DaysWith(hospital, type).Put(day, hasAny);
    }

    private void Enter(int patient, int day, int cell)
    {
        _days[day]!.Append(cell, patient);
        DiaryOf(patient).Write(day, Numbering.TimeOfCell(cell), Numbering.CodeOfCell(cell));
    }

    private void Strike(int patient, int day, int cell)
    {
        _days[day]!.Withdraw(cell, patient);
        DiaryOf(patient).Write(day, Numbering.TimeOfCell(cell), 0);
    }

    private static int MomentOf(int day, int cell) => day * Numbering.TimesPerDay + Numbering.TimeOfCell(cell);

    private static BucketKey KeyOf(int day, int cell) => new((Hospital)Numbering.HospitalOfCell(cell), Numbering.DateOf(day));
}
