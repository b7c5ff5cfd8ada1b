namespace Dams.Contracts.Domain;

/// <summary>
/// The answer of an engine. The hierarchy is closed; <see cref="Encoding.ReplyCodec"/> gives each its bytes. Replies are equal when their
/// bytes are. Lists compare by content.
/// </summary>
public abstract record Reply;

/// <summary>Answer to <see cref="AddAppointment"/>.</summary>
public sealed record AddReply(AddOutcome Outcome) : Reply;

/// <summary>Answer to <see cref="RemoveAppointment"/>. Relocations are in booking order, and empty when nothing was removed.</summary>
public sealed record RemoveReply(RemoveOutcome Outcome, ReplyList<Relocation> Relocations) : Reply;

/// <summary>Answer to <see cref="ListAppointmentAvailability"/>: by hospital, then slot order.</summary>
public sealed record ListReply(ReplyList<SlotAvailability> Slots) : Reply;

/// <summary>Answer to <see cref="BookAppointment"/>.</summary>
public sealed record BookReply(BookOutcome Outcome) : Reply;

/// <summary>Answer to <see cref="GetAppointmentSchedule"/>, in slot order.</summary>
public sealed record ScheduleReply(ReplyList<Slot> Bookings) : Reply;

/// <summary>Answer to <see cref="CancelAppointment"/>. The type is there exactly when a booking was cancelled.</summary>
public sealed record CancelReply(CancelOutcome Outcome, AppointmentType? Type) : Reply;

/// <summary>Answer to <see cref="SwapAppointment"/>.</summary>
public sealed record SwapReply(SwapOutcome Outcome) : Reply;

/// <summary>The replica refused the request, or a version failed. This is no outcome of the domain; on the wire it is a fault.</summary>
public sealed record RefusedReply(Refusal Refusal) : Reply;

/// <summary>A patient who lost a booking because its slot was removed.</summary>
/// <param name="Patient">The patient.</param>
/// <param name="NewId">The id of the slot that was booked instead (same hospital, same type); null if there was none.</param>
public readonly record struct Relocation(PatientId Patient, AppointmentId? NewId);

/// <summary>A slot in a list of availability.</summary>
/// <param name="Slot">The id and type of the slot.</param>
/// <param name="Capacity">All places, booked or not.</param>
/// <param name="Remaining">The places that are left.</param>
public readonly record struct SlotAvailability(Slot Slot, int Capacity, int Remaining);

/// <summary>Outcomes of adding. The numbers are part of the canonical encoding.</summary>
public enum AddOutcome : byte
{
    /// <summary>The slot is there now.</summary>
    Added = 0,

    /// <summary>The slot was there before; its capacity is unchanged.</summary>
    AlreadyExists = 1,
}

/// <summary>Outcomes of removing. The numbers are part of the canonical encoding.</summary>
public enum RemoveOutcome : byte
{
    /// <summary>The slot is gone.</summary>
    Removed = 0,

    /// <summary>No such slot.</summary>
    NotFound = 1,
}

/// <summary>Outcomes of booking. The numbers are part of the canonical encoding.</summary>
public enum BookOutcome : byte
{
    /// <summary>The patient holds the slot.</summary>
    Booked = 0,

    /// <summary>No such slot.</summary>
    NotFound = 1,

    /// <summary>The patient held this very slot before.</summary>
    AlreadyBooked = 2,

    /// <summary>The patient holds another booking at the same date and time of day.</summary>
    TimeConflict = 3,

    /// <summary>The patient holds a booking of the same type on the same date.</summary>
    SameTypeSameDay = 4,

    /// <summary>No place left.</summary>
    Full = 5,

    /// <summary>The patient already holds three bookings outside home in that ISO week.</summary>
    WeeklyLimit = 6,
}

/// <summary>Outcomes of cancelling. The numbers are part of the canonical encoding.</summary>
public enum CancelOutcome : byte
{
    /// <summary>The booking is given back.</summary>
    Cancelled = 0,

    /// <summary>The patient holds no booking with this id.</summary>
    NotBooked = 1,
}

/// <summary>Outcomes of swapping. The numbers are part of the canonical encoding.</summary>
public enum SwapOutcome : byte
{
    /// <summary>The old slot is released and the new one booked.</summary>
    Swapped = 0,

    /// <summary>The patient does not hold the old slot.</summary>
    NotBooked = 1,

    /// <summary>Old and new are the same slot.</summary>
    SameAppointment = 2,

    /// <summary>The new slot does not exist.</summary>
    NotFound = 3,

    /// <summary>The patient holds the new slot already.</summary>
    AlreadyBooked = 4,

    /// <summary>As in booking, with the old slot released.</summary>
    TimeConflict = 5,

    /// <summary>As in booking, with the old slot released.</summary>
    SameTypeSameDay = 6,

    /// <summary>No place left in the new slot.</summary>
    Full = 7,

    /// <summary>As in booking, with the old slot released.</summary>
    WeeklyLimit = 8,
}

/// <summary>Why a replica did not execute a request. The numbers are part of the canonical encoding.</summary>
public enum Refusal : byte
{
    /// <summary>The same caller has used this request id for a different request.</summary>
    RequestIdReused = 0,

    /// <summary>The version threw an exception; its state is as before.</summary>
    InternalError = 1,

    /// <summary>
    /// The front end's session is over: an entry of another session was executed since, or the front end has given this request up. The
    /// request has no effect at this number. It may have had one at an earlier number.
    /// </summary>
    SessionRetired = 2,
}
