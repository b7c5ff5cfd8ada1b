using Dams.Contracts.Domain;

namespace Dams.Lab;

/// <summary>Makes wrong replies from right ones. Null if a reply can't be wrong in that way.</summary>
internal static class FalseReply
{
    private static readonly AppointmentId s_nowhere = new(Hospital.SHE, new DateOnly(2030, 1, 1), TimeOfDay.Evening);

    /// <summary>Gives another outcome, and what goes with it.</summary>
    public static Reply? WithOtherOutcome(Reply reply) => reply switch
    {
        AddReply add => new AddReply(add.Outcome == AddOutcome.Added ? AddOutcome.AlreadyExists : AddOutcome.Added),
        RemoveReply remove => new RemoveReply(remove.Outcome == RemoveOutcome.Removed ? RemoveOutcome.NotFound : RemoveOutcome.Removed, []),
        BookReply book => new BookReply(book.Outcome == BookOutcome.Booked ? BookOutcome.Full : BookOutcome.Booked),
        CancelReply cancel => cancel.Outcome == CancelOutcome.Cancelled
            ? new CancelReply(CancelOutcome.NotBooked, null)
            : new CancelReply(CancelOutcome.Cancelled, AppointmentType.Physician),
        SwapReply swap => new SwapReply(swap.Outcome == SwapOutcome.Swapped ? SwapOutcome.Full : SwapOutcome.Swapped),
        // Reads have only one outcome.
        _ => null,
    };

    /// <summary>Keeps the outcome and changes something else.</summary>
    public static Reply? WithOtherField(Reply reply) => reply switch
    {
        ListReply { Slots.Count: 0 } => new ListReply([new SlotAvailability(new Slot(s_nowhere, AppointmentType.Dental), 1, 1)]),
        ListReply list => new ListReply(
            [.. list.Slots.Select(slot => slot with { Remaining = slot.Remaining == 0 ? 1 : slot.Remaining - 1 })]),
        ScheduleReply { Bookings.Count: 0 } => new ScheduleReply([new Slot(s_nowhere, AppointmentType.Dental)]),
        ScheduleReply schedule => new ScheduleReply([.. schedule.Bookings.Skip(1)]),
        RemoveReply { Relocations.Count: > 0 } remove => remove with { Relocations = [.. remove.Relocations.Skip(1)] },
        CancelReply { Type: { } type } cancel =>
            cancel with { Type = type == AppointmentType.Physician ? AppointmentType.Surgeon : AppointmentType.Physician },
        _ => null,
    };

    /// <summary>Makes the reply wrong in one way or the other.</summary>
    public static Reply? Any(Reply reply) => WithOtherField(reply) ?? WithOtherOutcome(reply);
}
