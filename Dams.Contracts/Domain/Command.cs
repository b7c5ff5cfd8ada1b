namespace Dams.Contracts.Domain;

/// <summary>
/// A canonical, permitted call, as it is ordered and executed. Engines see nothing else: no clock, no culture, no random source.
/// The hierarchy is closed; <see cref="Encoding.CommandCodec"/> gives each its bytes. Each command is a <see cref="WriteCommand{TReply}"/>
/// or a <see cref="ReadCommand{TReply}"/>, which also says what its reply is.
/// </summary>
/// <param name="Caller">The caller. The front end has checked that the caller may do this. Engines don't look at the caller.</param>
public abstract record Command(CallerId Caller)
{
    /// <summary>Whether it may change the state. Only writes have a row in the session table.</summary>
    public abstract bool IsWrite { get; }
}

/// <summary>A command that may change the state.</summary>
/// <typeparam name="TReply">The reply to the command, if it is not refused.</typeparam>
/// <param name="Caller">The caller.</param>
public abstract record WriteCommand<TReply>(CallerId Caller) : Command(Caller)
    where TReply : Reply
{
    /// <inheritdoc/>
    public sealed override bool IsWrite => true;
}

/// <summary>A command that only looks at the state.</summary>
/// <typeparam name="TReply">The reply to the command, if it is not refused.</typeparam>
/// <param name="Caller">The caller.</param>
public abstract record ReadCommand<TReply>(CallerId Caller) : Command(Caller)
    where TReply : Reply
{
    /// <inheritdoc/>
    public sealed override bool IsWrite => false;
}

/// <summary>Opens a slot.</summary>
/// <param name="Caller">An administrator of the slot's hospital.</param>
/// <param name="Slot">The new slot.</param>
/// <param name="Capacity">1 to <see cref="CapacityMax"/> places.</param>
public sealed record AddAppointment(CallerId Caller, Slot Slot, int Capacity) : WriteCommand<AddReply>(Caller)
{
    /// <summary>The most places that a slot can have.</summary>
    public const int CapacityMax = 1_000_000;
}

/// <summary>Deletes a slot and relocates its patients.</summary>
/// <param name="Caller">An administrator of the slot's hospital.</param>
/// <param name="Slot">The slot to delete.</param>
public sealed record RemoveAppointment(CallerId Caller, Slot Slot) : WriteCommand<RemoveReply>(Caller);

/// <summary>Lists all slots of one type in the three hospitals.</summary>
/// <param name="Caller">An administrator of any hospital.</param>
/// <param name="Type">The type of the slots.</param>
public sealed record ListAppointmentAvailability(CallerId Caller, AppointmentType Type) : ReadCommand<ListReply>(Caller);

/// <summary>Books a slot for a patient.</summary>
/// <param name="Caller">The patient, or an administrator of the patient's home.</param>
/// <param name="Patient">The patient who gets the booking.</param>
/// <param name="Slot">The slot to book.</param>
public sealed record BookAppointment(CallerId Caller, PatientId Patient, Slot Slot) : WriteCommand<BookReply>(Caller);

/// <summary>Lists a patient's bookings in all hospitals.</summary>
/// <param name="Caller">The patient, or an administrator of the patient's home.</param>
/// <param name="Patient">The patient who holds the bookings.</param>
public sealed record GetAppointmentSchedule(CallerId Caller, PatientId Patient) : ReadCommand<ScheduleReply>(Caller);

/// <summary>Cancels a booking.</summary>
/// <param name="Caller">The patient, or an administrator of the patient's home.</param>
/// <param name="Patient">The patient who holds the booking.</param>
/// <param name="Id">The appointment. A patient holds at most one booking with an id.</param>
public sealed record CancelAppointment(CallerId Caller, PatientId Patient, AppointmentId Id) : WriteCommand<CancelReply>(Caller);

/// <summary>Exchanges one booking for another in one step.</summary>
/// <param name="Caller">The patient, or an administrator of the patient's home.</param>
/// <param name="Patient">The patient who holds the booking.</param>
/// <param name="Old">The slot to release.</param>
/// <param name="New">The slot to book.</param>
public sealed record SwapAppointment(CallerId Caller, PatientId Patient, Slot Old, Slot New) : WriteCommand<SwapReply>(Caller);
