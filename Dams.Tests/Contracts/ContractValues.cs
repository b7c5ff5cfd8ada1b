using CsCheck;
using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Tests.Contracts;

/// <summary>Generators of everything that crosses a process or version boundary.</summary>
internal static class ContractValues
{
    private static readonly DateOnly FirstDate = new(2000, 1, 1);
    private const int LastDay = 36_524;

    public static Gen<Hospital> Hospitals { get; } = Gen.Enum<Hospital>();

    public static Gen<AppointmentType> Types { get; } = Gen.Enum<AppointmentType>();

    public static Gen<DateOnly> Dates { get; } = Gen.Int[0, LastDay].Select(FirstDate.AddDays);

    public static Gen<AppointmentId> Ids { get; } =
        Gen.Select(Hospitals, Dates, Gen.Enum<TimeOfDay>(), (hospital, date, time) => new AppointmentId(hospital, date, time));

    public static Gen<Slot> Slots { get; } = Gen.Select(Ids, Types, (id, type) => new Slot(id, type));

    public static Gen<PatientId> Patients { get; } =
        Gen.Select(Hospitals, Gen.UShort[0, 9999], (home, number) => new PatientId(home, number));

    public static Gen<CallerId> Callers { get; } =
        Gen.Select(Gen.Bool, Hospitals, Gen.UShort[0, 9999], (admin, hospital, number) => new CallerId(admin, hospital, number));

    public static Gen<int> Capacities { get; } = Gen.Int[1, AddAppointment.CapacityMax];

    public static Gen<Command> Commands { get; } = Gen.OneOf<Command>(
        Gen.Select(Callers, Slots, Capacities, (caller, slot, capacity) => (Command)new AddAppointment(caller, slot, capacity)),
        Gen.Select(Callers, Slots, (caller, slot) => (Command)new RemoveAppointment(caller, slot)),
        Gen.Select(Callers, Types, (caller, type) => (Command)new ListAppointmentAvailability(caller, type)),
        Gen.Select(Callers, Patients, Slots, (caller, patient, slot) => (Command)new BookAppointment(caller, patient, slot)),
        Gen.Select(Callers, Patients, (caller, patient) => (Command)new GetAppointmentSchedule(caller, patient)),
        Gen.Select(Callers, Patients, Ids, (caller, patient, id) => (Command)new CancelAppointment(caller, patient, id)),
        Gen.Select(
            Callers, Patients, Slots, Slots, (caller, patient, old, @new) => (Command)new SwapAppointment(caller, patient, old, @new)));

    public static Gen<Reply> Replies { get; } = Gen.OneOf<Reply>(
        Gen.Enum<Refusal>().Select(refusal => (Reply)new RefusedReply(refusal)),
        Gen.Enum<AddOutcome>().Select(outcome => (Reply)new AddReply(outcome)),
        Gen.Select(Patients, Gen.Bool, Ids, (patient, isMoved, id) => new Relocation(patient, isMoved ? id : null)).Array[0, 5]
            .Select(moves => (Reply)new RemoveReply(RemoveOutcome.Removed, [.. moves])),
        Gen.Const((Reply)new RemoveReply(RemoveOutcome.NotFound, [])),
        Gen.Select(Slots, Capacities, Capacities, (slot, capacity, left) => new SlotAvailability(slot, capacity, left)).Array[0, 5]
            .Select(slots => (Reply)new ListReply([.. slots])),
        Gen.Enum<BookOutcome>().Select(outcome => (Reply)new BookReply(outcome)),
        Slots.Array[0, 5].Select(slots => (Reply)new ScheduleReply([.. slots])),
        Types.Select(type => (Reply)new CancelReply(CancelOutcome.Cancelled, type)),
        Gen.Const((Reply)new CancelReply(CancelOutcome.NotBooked, null)),
        Gen.Enum<SwapOutcome>().Select(outcome => (Reply)new SwapReply(outcome)));

    public static Gen<Bucket> Buckets { get; } = Gen.Select(
        Hospitals, Dates, Contents.Array[1, BucketCodec.SlotsMax], (hospital, date, contents) =>
        {
            var key = new BucketKey(hospital, date);
            var slots = contents
                .Select(content => new SlotState(
                    new Slot(new AppointmentId(hospital, date, content.Time), content.Type),
                    Math.Max(content.Capacity, content.Holders.Length), [.. content.Holders]))
                .DistinctBy(state => state.Slot)
                .OrderBy(state => state.Slot);
            return new Bucket(key, [.. slots]);
        });

    private static Gen<(TimeOfDay Time, AppointmentType Type, int Capacity, PatientId[] Holders)> Contents => Gen.Select(
        Gen.Enum<TimeOfDay>(), Types, Gen.OneOf(Gen.Int[1, 3], Capacities), Patients.Array[0, 6],
        (time, type, capacity, holders) => (time, type, capacity, holders.Distinct().ToArray()));
}
