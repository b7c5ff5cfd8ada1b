using Dams.Contracts.Domain;

namespace Dams.Contracts.Soap;

/// <summary>
/// The appointment contract in front of an executor. Stateless: one instance may serve all calls. Or each call may have an instance that
/// knows the caller and hears when the client disconnects.
/// </summary>
/// <param name="executor">Executes the commands.</param>
/// <param name="authenticatedAs">
/// The user that the transport has authenticated; the caller of every message must be that user. Null if nobody is authenticated.
/// </param>
/// <param name="ct">Cancelled when the client disconnects.</param>
public sealed class AppointmentService(IAppointmentExecutor executor, string? authenticatedAs = null, CancellationToken ct = default)
    : IAppointmentService
{
    private readonly string? _user = authenticatedAs is null ? null : AppointmentEdge.Canonical(authenticatedAs);

    /// <inheritdoc/>
    public async Task<AddAppointmentResult> AddAppointmentAsync(
        string callerId, string appointmentId, AppointmentType appointmentType, int capacity, string? requestId = null)
    {
        var command = AppointmentEdge.Add(callerId, appointmentId, appointmentType, capacity, requestId);
        return AppointmentReplies.Add(command, await ExecuteAsync(command, requestId).ConfigureAwait(false), requestId);
    }

    /// <inheritdoc/>
    public async Task<RemoveAppointmentResult> RemoveAppointmentAsync(
        string callerId, string appointmentId, AppointmentType appointmentType, string? requestId = null)
    {
        var command = AppointmentEdge.Remove(callerId, appointmentId, appointmentType, requestId);
        return AppointmentReplies.Remove(command, await ExecuteAsync(command, requestId).ConfigureAwait(false), requestId);
    }

    /// <inheritdoc/>
    public async Task<ListAppointmentAvailabilityResult> ListAppointmentAvailabilityAsync(
        string callerId, AppointmentType appointmentType, string? requestId = null)
    {
        var command = AppointmentEdge.List(callerId, appointmentType, requestId);
        return AppointmentReplies.List(command, await ExecuteAsync(command, requestId).ConfigureAwait(false), requestId);
    }

    /// <inheritdoc/>
    public async Task<BookAppointmentResult> BookAppointmentAsync(
        string callerId, string patientId, string appointmentId, AppointmentType appointmentType, string? requestId = null)
    {
        var command = AppointmentEdge.Book(callerId, patientId, appointmentId, appointmentType, requestId);
        return AppointmentReplies.Book(command, await ExecuteAsync(command, requestId).ConfigureAwait(false), requestId);
    }

    /// <inheritdoc/>
    public async Task<GetAppointmentScheduleResult> GetAppointmentScheduleAsync(string callerId, string patientId, string? requestId = null)
    {
        var command = AppointmentEdge.Schedule(callerId, patientId, requestId);
        return AppointmentReplies.Schedule(command, await ExecuteAsync(command, requestId).ConfigureAwait(false), requestId);
    }

    /// <inheritdoc/>
    public async Task<CancelAppointmentResult> CancelAppointmentAsync(
        string callerId, string patientId, string appointmentId, string? requestId = null)
    {
        var command = AppointmentEdge.Cancel(callerId, patientId, appointmentId, requestId);
        return AppointmentReplies.Cancel(command, await ExecuteAsync(command, requestId).ConfigureAwait(false), requestId);
    }

    /// <inheritdoc/>
    public async Task<SwapAppointmentResult> SwapAppointmentAsync(
        string callerId,
        string patientId,
        string oldAppointmentId,
        AppointmentType oldAppointmentType,
        string newAppointmentId,
        AppointmentType newAppointmentType,
        string? requestId = null)
    {
        var command = AppointmentEdge.Swap(
            callerId, patientId, oldAppointmentId, oldAppointmentType, newAppointmentId, newAppointmentType, requestId);
        return AppointmentReplies.Swap(command, await ExecuteAsync(command, requestId).ConfigureAwait(false), requestId);
    }

    private ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId)
    {
        var ownId = AppointmentEdge.OwnId(requestId);
        if (_user is not null && command.Caller.ToString() != _user)
            throw DamsFaults.NotPermitted($"{command.Caller} is not the authenticated user.", ownId);
        return executor.ExecuteAsync(command, ownId, ct);
    }
}
