using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Tests.Clients;

/// <summary>The result of one attempt to execute a command.</summary>
/// <param name="Reply">The reply; null if the outcome is unknown, so that the client must retry.</param>
/// <param name="Sequence">The command's number in the order; 0 without a reply.</param>
/// <param name="Problem">The problem; null if there is a reply.</param>
internal sealed record Attempt(Reply? Reply, long Sequence, string? Problem);

/// <summary>Calls the service over SOAP. It takes the commands that engines execute and gives back the replies of engines.</summary>
internal sealed class CommandClient(Func<IAppointmentService> open)
{
    private IAppointmentService _service = open();

    /// <summary>Calls once. A failure that a retry may mend is an attempt without a reply; any other failure is thrown.</summary>
    public async Task<Attempt> TryAsync(Command command, string requestId)
    {
        try
        {
            var (reply, sequence) = await CallAsync(command, requestId);
            return new Attempt(reply, sequence, null);
        }
        catch (FaultException<DamsFault> fault) when (fault.Detail.Code is DamsFaultCode.Overloaded or DamsFaultCode.SequencerUnavailable
            or DamsFaultCode.NoQuorum or DamsFaultCode.InsufficientReplicas)
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
                var added = await _service.AddAppointmentAsync(
                    caller, add.Slot.Id.ToString(), add.Slot.Type, add.Capacity, requestId: requestId);
                return (new AddReply(added.Outcome), added.Sequence);
            case RemoveAppointment remove:
                var removed = await _service.RemoveAppointmentAsync(
                    caller, remove.Slot.Id.ToString(), remove.Slot.Type, requestId: requestId);
                return (new RemoveReply(removed.Outcome, [.. (removed.Relocations ?? []).Select(RelocationOf)]), removed.Sequence);
            case ListAppointmentAvailability list:
                var listed = await _service.ListAppointmentAvailabilityAsync(caller, list.Type, requestId: requestId);
                return (new ListReply([.. listed.Slots!.Select(AvailabilityOf)]), listed.Sequence);
            case BookAppointment book:
                var booked = await _service.BookAppointmentAsync(
                    caller, book.Patient.ToString(), book.Slot.Id.ToString(), book.Slot.Type, requestId: requestId);
                return (new BookReply(booked.Outcome), booked.Sequence);
            case GetAppointmentSchedule schedule:
                var scheduled = await _service.GetAppointmentScheduleAsync(caller, schedule.Patient.ToString(), requestId: requestId);
                return (
                    new ScheduleReply([.. scheduled.Bookings!.Select(booking => SlotOf(booking.AppointmentId, booking.AppointmentType))]),
                    scheduled.Sequence);
            case CancelAppointment cancel:
                var cancelled = await _service.CancelAppointmentAsync(
                    caller, cancel.Patient.ToString(), cancel.Id.ToString(), requestId: requestId);
                return (
                    new CancelReply(cancelled.Outcome, cancelled.AppointmentTypeSpecified ? cancelled.AppointmentType : null),
                    cancelled.Sequence);
            case SwapAppointment swap:
                var swapped = await _service.SwapAppointmentAsync(
                    caller, swap.Patient.ToString(),
                    swap.Old.Id.ToString(), swap.Old.Type, swap.New.Id.ToString(), swap.New.Type, requestId: requestId);
                return (new SwapReply(swapped.Outcome), swapped.Sequence);
            default:
                throw new ArgumentException($"unknown command {command}", nameof(command));
        }
    }

    private static Relocation RelocationOf(RelocationItem item) => new(
        PatientId.TryParse(item.PatientId, out var patient) ? patient : throw new FormatException($"'{item.PatientId}' is no patient"),
        item.NewAppointmentId is null ? null : IdOf(item.NewAppointmentId));

    private static SlotAvailability AvailabilityOf(SlotItem item) =>
        new(SlotOf(item.AppointmentId, item.AppointmentType), item.Capacity, item.Remaining);

    private static Slot SlotOf(string id, AppointmentType type) => new(IdOf(id), type);

    private static AppointmentId IdOf(string text) =>
        AppointmentId.TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no appointment");
}
