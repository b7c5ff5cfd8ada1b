using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Hosting.Access;
using Dams.Service.Audit;

namespace Dams.Service;

/// <summary>
/// The appointment contract in front of an executor. Stateless: one instance may serve all calls. Or each call may have an instance that
/// knows the caller and hears when the client disconnects.
/// </summary>
/// <param name="executor">Executes the commands.</param>
/// <param name="user">
/// The authenticated user, who must be allowed to speak for the caller of every message. Null if nobody has to authenticate.
/// </param>
/// <param name="record">Takes the call for the audit, or null. An instance with a record is for one call.</param>
/// <param name="ct">Cancelled when the client disconnects.</param>
public sealed class AppointmentService(
    IAppointmentExecutor executor, CallerIdentity? user = null, CallRecord? record = null, CancellationToken ct = default)
    : IAppointmentService
{
    private readonly AppointmentCalls _calls = new(executor, user, record, ct);

    /// <inheritdoc/>
    public Task<AddAppointmentResult> AddAppointmentAsync(
        string callerId, string appointmentId, AppointmentType appointmentType, int capacity, string? requestId = null) =>
        _calls.CallAsync(new AddAppointmentRequest
        {
            CallerId = callerId,
            AppointmentId = appointmentId,
            AppointmentType = appointmentType,
            Capacity = capacity,
            RequestId = requestId,
        });

    /// <inheritdoc/>
    public Task<RemoveAppointmentResult> RemoveAppointmentAsync(
        string callerId, string appointmentId, AppointmentType appointmentType, string? requestId = null) =>
        _calls.CallAsync(new RemoveAppointmentRequest
        {
            CallerId = callerId,
            AppointmentId = appointmentId,
            AppointmentType = appointmentType,
            RequestId = requestId,
        });

    /// <inheritdoc/>
    public Task<ListAppointmentAvailabilityResult> ListAppointmentAvailabilityAsync(
        string callerId, AppointmentType appointmentType, string? requestId = null) =>
        _calls.CallAsync(new ListAppointmentAvailabilityRequest
        {
            CallerId = callerId,
            AppointmentType = appointmentType,
            RequestId = requestId,
        });

    /// <inheritdoc/>
    public Task<BookAppointmentResult> BookAppointmentAsync(
        string callerId, string patientId, string appointmentId, AppointmentType appointmentType, string? requestId = null) =>
        _calls.CallAsync(new BookAppointmentRequest
        {
            CallerId = callerId,
            PatientId = patientId,
            AppointmentId = appointmentId,
            AppointmentType = appointmentType,
            RequestId = requestId,
        });

    /// <inheritdoc/>
    public Task<GetAppointmentScheduleResult> GetAppointmentScheduleAsync(string callerId, string patientId, string? requestId = null) =>
        _calls.CallAsync(new GetAppointmentScheduleRequest
        {
            CallerId = callerId,
            PatientId = patientId,
            RequestId = requestId,
        });

    /// <inheritdoc/>
    public Task<CancelAppointmentResult> CancelAppointmentAsync(
        string callerId, string patientId, string appointmentId, string? requestId = null) =>
        _calls.CallAsync(new CancelAppointmentRequest
        {
            CallerId = callerId,
            PatientId = patientId,
            AppointmentId = appointmentId,
            RequestId = requestId,
        });

    /// <inheritdoc/>
    public Task<SwapAppointmentResult> SwapAppointmentAsync(
        string callerId,
        string patientId,
        string oldAppointmentId,
        AppointmentType oldAppointmentType,
        string newAppointmentId,
        AppointmentType newAppointmentType,
        string? requestId = null) =>
        _calls.CallAsync(new SwapAppointmentRequest
        {
            CallerId = callerId,
            PatientId = patientId,
            OldAppointmentId = oldAppointmentId,
            OldAppointmentType = oldAppointmentType,
            NewAppointmentId = newAppointmentId,
            NewAppointmentType = newAppointmentType,
            RequestId = requestId,
        });
}
