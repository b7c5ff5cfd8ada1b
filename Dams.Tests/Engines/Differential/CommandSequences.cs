using CsCheck;
using Dams.Contracts.Domain;

namespace Dams.Tests.Engines.Differential;

/// <summary>
/// Random sequences of commands, weighted towards collisions: a few patients of each hospital, small capacities, and a few days
/// that are close together or error-prone (a new year, a leap day, the same week of two years). Bookings name opened slots;
/// cancels and swaps name recent bookings.
/// </summary>
internal static class CommandSequences
{
    private const int RecentBookings = 16;

    private enum Kind
    {
        Add,
        Remove,
        List,
        Book,
        Schedule,
        Cancel,
        Swap,
    }

    private static readonly Gen<DateOnly[]> Days = Gen.OneOf(
        Run(2024, 12, 28, 10), // 31 December 2024 is in week 1 of 2025
        Run(2020, 12, 27, 9), // 1 January 2021 is in week 53 of 2020
        Run(2024, 2, 25, 9), // a leap day
        Run(2025, 1, 29, 9), // the end of a month: dates sort differently as text
        Run(2000, 1, 1, 9), // the first days that an id can name
        Run(2099, 12, 23, 9), // the last days that an id can name
        Gen.Const<DateOnly[]>([new(2024, 1, 1), new(2024, 1, 2), new(2024, 1, 3), new(2024, 12, 29), new(2024, 12, 30), new(2025, 1, 1)]),
        Gen.Const<DateOnly[]>([new(2024, 5, 14), new(2024, 5, 15), new(2025, 5, 13), new(2025, 5, 14), new(2026, 5, 12)]),
        Gen.Int[0, 36_000].Select(first => Run(new DateOnly(2000, 1, 1).AddDays(first), 8)))
        .SelectMany(days => Gen.Shuffle(days, 2, Math.Min(7, days.Length)));

    private static readonly Gen<World> Worlds = Gen.Select(
        Days,
        Gen.Int[1, 3],
        Gen.Int[1, 3].SelectMany(scale => Gen.Int[1, scale * scale]),
        Gen.Int[1, 4],
        (days, types, patients, capacity) => new World(days, types, patients, capacity));

    private static readonly Gen<Kind> Kinds = Gen.Frequency(
        (18, Gen.Const(Kind.Add)), (6, Gen.Const(Kind.Remove)), (3, Gen.Const(Kind.List)), (44, Gen.Const(Kind.Book)),
        (4, Gen.Const(Kind.Schedule)), (8, Gen.Const(Kind.Cancel)), (17, Gen.Const(Kind.Swap)));

    private static readonly Gen<Draft> Drafts = Gen.Select(
        Kinds,
        Gen.UInt,
        Gen.UInt,
        Gen.UInt,
        Gen.UInt,
        (kind, patient, slot, newSlot, dice) => new Draft(kind, patient, slot, newSlot, dice));

    public static Gen<Command[]> OfLength(int length) =>
        Gen.Select(Worlds, Drafts.Array[length], (world, drafts) => Complete(world, drafts));

    private static Command[] Complete(World world, Draft[] drafts)
    {
        var commands = new Command[drafts.Length];
        var past = new Past([], []);
        for (var i = 0; i < drafts.Length; i++)
        {
            commands[i] = Complete(world, drafts[i], past, isEarly: i < drafts.Length / 5);
            past.Remember(commands[i]);
        }

        return commands;
    }

    private static Command Complete(World world, Draft draft, Past past, bool isEarly)
    {
        // At first there is nothing to book, so half of the early commands open slots.
        var kind = isEarly && draft.Dice % 2 == 0 ? Kind.Add : draft.Kind;
        var (patient, slot, newSlot) = (world.Patient(draft.Patient), world.Slot(draft.Slot), world.Slot(draft.NewSlot));

        // Most commands name an open slot. Most cancels and swaps name a booking that was requested recently.
        var dice = draft.Dice / 2 % 8;
        if (dice > 0 && kind != Kind.Add && past.Opened.Count > 0)
        {
            slot = past.Opened[(int)(draft.Slot % (uint)past.Opened.Count)];
            if (dice > 1)
                newSlot = past.Opened[(int)(draft.NewSlot % (uint)past.Opened.Count)];
        }

        if (past.Asked.Count > 0 && (kind is Kind.Cancel or Kind.Swap ? dice > 0 : kind is Kind.Book && dice == 1))
        {
            var echoed = past.Asked[(int)(draft.Slot % (uint)past.Asked.Count)];
            (patient, slot) = (echoed.Patient, echoed.Slot);
        }

        if (kind == Kind.Swap && dice == 2)
            newSlot = slot;

        var caller = draft.Dice % 3 == 0 ? new CallerId(true, patient.Home, 1) : new CallerId(false, patient.Home, patient.Number);
        var admin = new CallerId(true, slot.Id.Hospital, 1);
        return kind switch
        {
            Kind.Add => new AddAppointment(admin, slot, world.Capacity(draft.Dice)),
            Kind.Remove => new RemoveAppointment(admin, slot),
            Kind.List => new ListAppointmentAvailability(admin, slot.Type),
            Kind.Book => new BookAppointment(caller, patient, slot),
            Kind.Schedule => new GetAppointmentSchedule(caller, patient),
            Kind.Cancel => new CancelAppointment(caller, patient, slot.Id),
            _ => new SwapAppointment(caller, patient, slot, newSlot),
        };
    }

    private static Gen<DateOnly[]> Run(int year, int month, int day, int length) => Gen.Const(Run(new DateOnly(year, month, day), length));

    private static DateOnly[] Run(DateOnly first, int length) => [.. Enumerable.Range(0, length).Select(first.AddDays)];

    /// <summary>A command as random numbers, before a <see cref="World"/> turns them into patients, slots and capacities.</summary>
    private sealed record Draft(Kind Kind, uint Patient, uint Slot, uint NewSlot, uint Dice);

    /// <summary>
    /// The slots and bookings that the sequence has requested so far. The generator does not know which requests succeed.
    /// </summary>
    private sealed record Past(List<Slot> Opened, List<(PatientId Patient, Slot Slot)> Asked)
    {
        public void Remember(Command command)
        {
            switch (command)
            {
                case AddAppointment add when !Opened.Contains(add.Slot): Opened.Add(add.Slot); break;
                case RemoveAppointment remove: Opened.Remove(remove.Slot); break;
                case BookAppointment book: Asked.Add((book.Patient, book.Slot)); break;
                case SwapAppointment swap: Asked.Add((swap.Patient, swap.New)); break;
                case CancelAppointment cancel:
                    Asked.RemoveAll(asked => asked.Patient == cancel.Patient && asked.Slot.Id == cancel.Id);
                    break;
            }

            if (Asked.Count > RecentBookings)
                Asked.RemoveAt(0);
        }
    }

    /// <summary>The days, appointment types, patients and capacities that a sequence draws from.</summary>
    private sealed record World(DateOnly[] Days, int Types, int Patients, int CapacityMax)
    {
        public PatientId Patient(uint number) => new((Hospital)(number % (uint)Patients % 3), (ushort)(number % (uint)Patients / 3));

        public Slot Slot(uint number) => new(
            new AppointmentId((Hospital)(number % 3), Days[number / 3 % (uint)Days.Length], (TimeOfDay)(number / 64 % 3)),
            (AppointmentType)(number / 256 % (uint)Types));

        public int Capacity(uint number) => (int)(number / 4 % (uint)CapacityMax) + 1;
    }
}
