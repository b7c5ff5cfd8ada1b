using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Tests.Engines.Script;

/// <summary>Writes calls, replies and slots in the language of <see cref="ScriptParser"/>.</summary>
internal static class ScriptText
{
    public static string Of(Command command) => command switch
    {
        AddAppointment add => $"{add.Caller} adds {Of(add.Slot)} x{add.Capacity}",
        RemoveAppointment remove => $"{remove.Caller} removes {Of(remove.Slot)}",
        ListAppointmentAvailability list => $"{list.Caller} lists {list.Type}",
        BookAppointment book => $"{book.Caller} books {Of(book.Slot)}{For(book.Caller, book.Patient)}",
        GetAppointmentSchedule schedule => $"{schedule.Caller} asks{For(schedule.Caller, schedule.Patient)}",
        CancelAppointment cancel => $"{cancel.Caller} cancels {cancel.Id}{For(cancel.Caller, cancel.Patient)}",
        SwapAppointment swap => $"{swap.Caller} swaps {Of(swap.Old)} to {Of(swap.New)}{For(swap.Caller, swap.Patient)}",
        _ => throw new ArgumentException($"unknown command {command}", nameof(command)),
    };

    public static string Of(Reply reply) => reply switch
    {
        AddReply add => $"{add.Outcome}",
        RemoveReply { Relocations.Count: 0 } remove => $"{remove.Outcome}",
        RemoveReply remove =>
            $"{remove.Outcome}: {Join(remove.Relocations, move => $"{move.Patient} to {move.NewId?.ToString() ?? "none"}")}",
        ListReply list => $"Listed: {Join(list.Slots, slot => $"{slot.Slot.Id} {slot.Remaining}/{slot.Capacity}")}",
        BookReply book => $"{book.Outcome}",
        ScheduleReply schedule => $"Scheduled: {Join(schedule.Bookings, Of)}",
        CancelReply cancel => $"{cancel.Outcome} {cancel.Type}".TrimEnd(),
        SwapReply swap => $"{swap.Outcome}",
        RefusedReply refused => $"Refused: {refused.Refusal}",
        _ => throw new ArgumentException($"unknown reply {reply}", nameof(reply)),
    };

    public static string Of(Slot slot) => $"{slot.Type} {slot.Id}";

    /// <summary>Writes what a look at a slot shows.</summary>
    public static string Of(SlotState? state) =>
        state is null
            ? "none"
            : $"{state.Capacity - state.Holders.Count}/{state.Capacity}: {Join(state.Holders, holder => holder.ToString())}";

    /// <summary>Whether this is the reply to a call that succeeded.</summary>
    public static bool IsSuccess(Reply reply) => reply is AddReply { Outcome: AddOutcome.Added }
        or RemoveReply { Outcome: RemoveOutcome.Removed }
        or ListReply
        or BookReply { Outcome: BookOutcome.Booked }
        or ScheduleReply
        or CancelReply { Outcome: CancelOutcome.Cancelled }
        or SwapReply { Outcome: SwapOutcome.Swapped };

    private static string For(CallerId caller, PatientId patient) =>
        !caller.IsAdmin && caller.AsPatient == patient ? "" : $" for {patient}";

    private static string Join<T>(IReadOnlyCollection<T> items, Func<T, string> text) =>
        items.Count == 0 ? "none" : string.Join(", ", items.Select(text));
}
