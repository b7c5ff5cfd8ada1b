using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Tests.Processes;

/// <summary>What came of an attempt to have a command executed.</summary>
/// <param name="Reply">The reply; null if it is not known what became of the command, so that it is to be repeated.</param>
/// <param name="Sequence">Its place in the order.</param>
/// <param name="Problem">What went wrong; null if there is a reply.</param>
internal sealed record Attempt(Reply? Reply, long Sequence, string? Problem);

/// <summary>Calls the service over the network with the commands that engines execute, and gives back what engines reply.</summary>
internal sealed class CommandClient(Func<IAppointmentService> open)
{
    private IAppointmentService _service = open();

    /// <summary>Calls once. A call that fails in a way that a repeat may mend is an attempt without a reply; anything else is thrown.</summary>
    public async Task<Attempt> TryAsync(Command command, string requestId)
    {
        try
        {
            var (reply, sequence) = await CallAsync(command, requestId);
            return new Attempt(reply, sequence, null);
        }
        catch (FaultException<DamsFault> fault) when (fault.Detail.Code is DamsFaultCode.Overloaded or DamsFaultCode.SequencerUnavailable or DamsFaultCode.NoQuorum
            or DamsFaultCode.InsufficientReplicas)
        {
            return new Attempt(null, 0, $"{fault.Detail.Code} ({fault.Detail.Execution})");
        }
        catch (Exception broken) when (broken is CommunicationException and not FaultException or TimeoutException)
        {
            if (((ICommunicationObject)_service).State == CommunicationState.Faulted)
                _service = open();
            return new Attempt(null, 0, broken.Message);
        }
    }

    private async Task<(Reply Reply, long Sequence)> CallAsync(Command command, string requestId)
    {
        var caller = command.Caller.ToString();
        switch (command)
        {
            case AddAppointment add:
                var added = await _service.AddAppointmentAsync(caller, add.Slot.Id.ToString(), add.Slot.Type, add.Capacity, requestId);
                return (new AddReply(added.Outcome), added.Sequence);
            case RemoveAppointment remove:
                var removed = await _service.RemoveAppointmentAsync(caller, remove.Slot.Id.ToString(), remove.Slot.Type, requestId);
                return (new RemoveReply(removed.Outcome, [.. (removed.Relocations ?? []).Select(RelocationOf)]), removed.Sequence);
            case ListAppointmentAvailability list:
                var listed = await _service.ListAppointmentAvailabilityAsync(caller, list.Type, requestId);
                return (new ListReply([.. listed.Slots!.Select(slot => new SlotAvailability(SlotOf(slot.AppointmentId, slot.AppointmentType), slot.Capacity, slot.Remaining))]),
                    listed.Sequence);
            case BookAppointment book:
                var booked = await _service.BookAppointmentAsync(caller, book.Patient.ToString(), book.Slot.Id.ToString(), book.Slot.Type, requestId);
                return (new BookReply(booked.Outcome), booked.Sequence);
            case GetAppointmentSchedule schedule:
                var scheduled = await _service.GetAppointmentScheduleAsync(caller, schedule.Patient.ToString(), requestId);
                return (new ScheduleReply([.. scheduled.Bookings!.Select(booking => SlotOf(booking.AppointmentId, booking.AppointmentType))]), scheduled.Sequence);
            case CancelAppointment cancel:
                var cancelled = await _service.CancelAppointmentAsync(caller, cancel.Patient.ToString(), cancel.Id.ToString(), requestId);
                return (new CancelReply(cancelled.Outcome, cancelled.AppointmentTypeSpecified ? cancelled.AppointmentType : null), cancelled.Sequence);
            case SwapAppointment swap:
                var swapped = await _service.SwapAppointmentAsync(
                    caller, swap.Patient.ToString(), swap.Old.Id.ToString(), swap.Old.Type, swap.New.Id.ToString(), swap.New.Type, requestId);
                return (new SwapReply(swapped.Outcome), swapped.Sequence);
            default:
                throw new ArgumentException($"unknown command {command}", nameof(command));
        }
    }

    private static Relocation RelocationOf(RelocationItem item) => new(
        PatientId.TryParse(item.PatientId, out var patient) ? patient : throw new FormatException($"'{item.PatientId}' is no patient"),
        item.NewAppointmentId is null ? null : IdOf(item.NewAppointmentId));

    private static Slot SlotOf(string id, AppointmentType type) => new(IdOf(id), type);

    private static AppointmentId IdOf(string text) =>
        AppointmentId.TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no appointment");
}
