using System.Net.Security;
using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Cli.Client;

/// <summary>
/// Calls the appointment service. A call does not throw if the service or the network fails: its report says so. The request id is passed
/// by name, since another optional parameter may come before it.
/// </summary>
internal sealed class AppointmentClient : IDisposable
{
    // Three times the usual deadline of a call. To outlast the longest deadline that a configuration allows would take minutes.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    private const int AnswerBytesMax = 64 * 1024 * 1024;
    private readonly ChannelFactory<IAppointmentService> _factory;
    private readonly IAppointmentService _service;
    private readonly Uri _url;

    /// <param name="url">The address of the service.</param>
    /// <param name="check">Checks the certificate of the front end; the system does if null.</param>
    public AppointmentClient(Uri url, RemoteCertificateValidationCallback? check = null)
    {
        _url = url;
        var binding = new BasicHttpBinding(url.Scheme == Uri.UriSchemeHttps ? BasicHttpSecurityMode.Transport : BasicHttpSecurityMode.None)
        {
            SendTimeout = CallTimeout,
            MaxReceivedMessageSize = AnswerBytesMax,
            // A proxy from the environment can't reach this machine's loopback.
            UseDefaultWebProxy = !url.IsLoopback,
        };
        binding.ReaderQuotas.MaxArrayLength = AnswerBytesMax;
        _factory = new ChannelFactory<IAppointmentService>(binding, new EndpointAddress(url));
        if (check is not null)
            _factory.Endpoint.EndpointBehaviors.Add(new CheckedHttps(check));
        _service = _factory.CreateChannel();
    }

    public Task<CallReport> AddAsync(string caller, string id, AppointmentType type, int capacity, string requestId) =>
        CallAsync(requestId, async () =>
        {
            var result = await _service.AddAppointmentAsync(caller, id, type, capacity, requestId: requestId);
            return Answer(result.Outcome, AddOutcome.Added, result.Message, result.Sequence);
        });

    public Task<CallReport> RemoveAsync(string caller, string id, AppointmentType type, string requestId) =>
        CallAsync(requestId, async () =>
        {
            var result = await _service.RemoveAppointmentAsync(caller, id, type, requestId: requestId);
            return Answer(result.Outcome, RemoveOutcome.Removed, result.Message, result.Sequence) with { Relocations = result.Relocations };
        });

    public Task<CallReport> ListAsync(string caller, AppointmentType type, string requestId) =>
        CallAsync(requestId, async () =>
        {
            var result = await _service.ListAppointmentAvailabilityAsync(caller, type, requestId: requestId);
            return Answer(result.Outcome, ListOutcome.Listed, result.Message, result.Sequence) with { Slots = result.Slots };
        });

    public Task<CallReport> BookAsync(string caller, string patient, string id, AppointmentType type, string requestId) =>
        CallAsync(requestId, async () =>
        {
            var result = await _service.BookAppointmentAsync(caller, patient, id, type, requestId: requestId);
            return Answer(result.Outcome, BookOutcome.Booked, result.Message, result.Sequence);
        });

    public Task<CallReport> ScheduleAsync(string caller, string patient, string requestId) =>
        CallAsync(requestId, async () =>
        {
            var result = await _service.GetAppointmentScheduleAsync(caller, patient, requestId: requestId);
            return Answer(result.Outcome, ScheduleOutcome.Scheduled, result.Message, result.Sequence) with { Bookings = result.Bookings };
        });

    public Task<CallReport> CancelAsync(string caller, string patient, string id, string requestId) =>
        CallAsync(requestId, async () =>
        {
            var result = await _service.CancelAppointmentAsync(caller, patient, id, requestId: requestId);
            return Answer(result.Outcome, CancelOutcome.Cancelled, result.Message, result.Sequence) with
            {
                Type = result.AppointmentTypeSpecified ? result.AppointmentType : null,
            };
        });

    public Task<CallReport> SwapAsync(
        string caller, string patient, string oldId, AppointmentType oldType, string newId, AppointmentType newType, string requestId) =>
        CallAsync(requestId, async () =>
        {
            var result = await _service.SwapAppointmentAsync(caller, patient, oldId, oldType, newId, newType, requestId: requestId);
            return Answer(result.Outcome, SwapOutcome.Swapped, result.Message, result.Sequence);
        });

    /// <summary>A new request id. A call that is repeated with it is executed once.</summary>
    public static string NewRequestId() => $"dams-{Guid.CreateVersion7():N}";

    public void Dispose() => _factory.Abort();

    private static CallReport.Answer Answer<T>(T outcome, T success, string message, long sequence)
        where T : struct, Enum => new(outcome.ToString(), EqualityComparer<T>.Default.Equals(outcome, success), message, sequence);

    private async Task<CallReport> CallAsync(string requestId, Func<Task<CallReport.Answer>> call)
    {
        try
        {
            return await call();
        }
        catch (FaultException<DamsFault> fault)
        {
            return CallReport.Fault.Of(fault.Detail, requestId);
        }
        catch (Exception problem) when (problem is CommunicationException or TimeoutException)
        {
            return CallReport.Fault.Of(problem, _url, requestId);
        }
    }
}
