using System.Globalization;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Service;

/// <summary>Turns replies into wire results, with the message for people. A refused reply becomes a fault.</summary>
internal static class AppointmentReplies
{
    public static AddAppointmentResult Add(AddAppointment command, ExecutedReply executed, string? requestId = null)
    {
        var outcome = Expect<AddReply>(executed, requestId).Outcome;
        return new AddAppointmentResult
        {
            Outcome = outcome,
            Message = outcome switch
            {
                AddOutcome.Added => Text($"{Name(command.Slot)} is open with {command.Capacity} {Places(command.Capacity)}."),
                AddOutcome.AlreadyExists => $"{Name(command.Slot)} was open already; its capacity is unchanged.",
                _ => throw Undefined(outcome),
            },
            Sequence = executed.Sequence,
        };
    }

    public static RemoveAppointmentResult Remove(RemoveAppointment command, ExecutedReply executed, string? requestId = null)
    {
        var reply = Expect<RemoveReply>(executed, requestId);
        var moved = reply.Relocations.Count(relocation => relocation.NewId is not null);
        return new RemoveAppointmentResult
        {
            Outcome = reply.Outcome,
            Message = reply.Outcome switch
            {
                RemoveOutcome.Removed when reply.Relocations.Count == 0 => $"{Name(command.Slot)} is removed; nobody had booked it.",
                RemoveOutcome.Removed => Text(
                    $"{Name(command.Slot)} is removed; {moved} of {reply.Relocations.Count} patients moved to a later appointment."),
                RemoveOutcome.NotFound => $"{Name(command.Slot)} does not exist.",
                _ => throw Undefined(reply.Outcome),
            },
            Sequence = executed.Sequence,
            Relocations = reply.Outcome != RemoveOutcome.Removed ? null : Array(reply.Relocations, static relocation => new RelocationItem
            {
                PatientId = relocation.Patient.ToString(),
                NewAppointmentId = relocation.NewId?.ToString(),
            }),
        };
    }

    public static ListAppointmentAvailabilityResult List(
        ListAppointmentAvailability command, ExecutedReply executed, string? requestId = null)
    {
        var slots = Expect<ListReply>(executed, requestId).Slots;
        return new ListAppointmentAvailabilityResult
        {
            Outcome = ListOutcome.Listed,
            Message = slots.Count == 0
                ? $"There are no {command.Type} appointments."
                : Text($"{slots.Count} {command.Type} {(slots.Count == 1 ? "appointment" : "appointments")}."),
            Sequence = executed.Sequence,
            Slots = Array(slots, static slot => new SlotItem
            {
                AppointmentId = slot.Slot.Id.ToString(),
                AppointmentType = slot.Slot.Type,
                Capacity = slot.Capacity,
                Remaining = slot.Remaining,
            }),
        };
    }

    public static BookAppointmentResult Book(BookAppointment command, ExecutedReply executed, string? requestId = null)
    {
        var outcome = Expect<BookReply>(executed, requestId).Outcome;
        var (patient, slot) = (command.Patient, command.Slot);
        return new BookAppointmentResult
        {
            Outcome = outcome,
            Message = outcome switch
            {
                BookOutcome.Booked => $"{Name(slot)} is booked for {patient}.",
                BookOutcome.NotFound => $"{Name(slot)} does not exist.",
                BookOutcome.AlreadyBooked => $"{patient} has booked {Name(slot)} already.",
                BookOutcome.TimeConflict => $"{patient} has another booking at the same time as {slot.Id}.",
                BookOutcome.SameTypeSameDay => $"{patient} has another {slot.Type} booking on the same day as {slot.Id}.",
                BookOutcome.Full => $"{Name(slot)} is full.",
                BookOutcome.WeeklyLimit => $"{patient} has three bookings outside {patient.Home} in the week of {slot.Id} already.",
                _ => throw Undefined(outcome),
            },
            Sequence = executed.Sequence,
        };
    }

    public static GetAppointmentScheduleResult Schedule(GetAppointmentSchedule command, ExecutedReply executed, string? requestId = null)
    {
        var bookings = Expect<ScheduleReply>(executed, requestId).Bookings;
        return new GetAppointmentScheduleResult
        {
            Outcome = ScheduleOutcome.Scheduled,
            Message = bookings.Count == 0
                ? $"{command.Patient} has no bookings."
                : Text($"{command.Patient} has {bookings.Count} {(bookings.Count == 1 ? "booking" : "bookings")}."),
            Sequence = executed.Sequence,
            Bookings = Array(bookings, static slot => new BookingItem { AppointmentId = slot.Id.ToString(), AppointmentType = slot.Type }),
        };
    }

    public static CancelAppointmentResult Cancel(CancelAppointment command, ExecutedReply executed, string? requestId = null)
    {
        var reply = Expect<CancelReply>(executed, requestId);
        return new CancelAppointmentResult
        {
            Outcome = reply.Outcome,
            Message = reply.Outcome switch
            {
                CancelOutcome.Cancelled => $"{command.Id} is cancelled for {command.Patient}.",
                CancelOutcome.NotBooked => $"{command.Patient} has not booked {command.Id}.",
                _ => throw Undefined(reply.Outcome),
            },
            Sequence = executed.Sequence,
            AppointmentType = reply.Type ?? default,
            AppointmentTypeSpecified = reply.Type is not null,
        };
    }

    public static SwapAppointmentResult Swap(SwapAppointment command, ExecutedReply executed, string? requestId = null)
    {
        var outcome = Expect<SwapReply>(executed, requestId).Outcome;
        var (patient, old, slot) = (command.Patient, command.Old, command.New);
        return new SwapAppointmentResult
        {
            Outcome = outcome,
            Message = outcome switch
            {
                SwapOutcome.Swapped => $"{Name(old)} is exchanged for {Name(slot)} for {patient}.",
                SwapOutcome.NotBooked => $"{patient} has not booked {Name(old)}.",
                SwapOutcome.SameAppointment => $"{Name(old)} can't be exchanged for itself.",
                SwapOutcome.NotFound => $"{Name(slot)} does not exist.",
                SwapOutcome.AlreadyBooked => $"{patient} has booked {Name(slot)} already.",
                SwapOutcome.TimeConflict => $"{patient} has another booking at the same time as {slot.Id}.",
                SwapOutcome.SameTypeSameDay => $"{patient} has another {slot.Type} booking on the same day as {slot.Id}.",
                SwapOutcome.Full => $"{Name(slot)} is full.",
                SwapOutcome.WeeklyLimit => $"{patient} has three bookings outside {patient.Home} in the week of {slot.Id} already.",
                _ => throw Undefined(outcome),
            },
            Sequence = executed.Sequence,
        };
    }

    private static T Expect<T>(ExecutedReply executed, string? requestId)
        where T : Reply => executed.Reply switch
        {
            T reply => reply,
            RefusedReply { Refusal: Refusal.RequestIdReused } => throw DamsFaults.RequestIdReused(AppointmentEdge.OwnId(requestId)),
            RefusedReply => throw DamsFaults.InternalError(AppointmentEdge.OwnId(requestId)),
            var other => throw new InvalidOperationException($"a {other.GetType().Name} is not the reply to this request"),
        };

    private static string Name(Slot slot) => $"{slot.Type} {slot.Id}";

    private static string Places(int count) => count == 1 ? "place" : "places";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static InvalidOperationException Undefined<T>(T outcome)
        where T : struct, Enum => new($"{outcome} is not an outcome");

    private static TItem[] Array<T, TItem>(ReplyList<T> list, Func<T, TItem> convert)
    {
        var items = new TItem[list.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = convert(list[i]);
        return items;
    }
}
