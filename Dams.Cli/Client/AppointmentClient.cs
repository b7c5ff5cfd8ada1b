using System.Net.Security;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Cli.Client;

/// <summary>
/// Calls the appointment service. A call does not throw if the service or the network fails: its report says so. With several front ends,
/// a call that gets no answer from one is repeated at the next, with the same request id. The request id is passed by name, since another
/// optional parameter may come before it.
/// </summary>
internal sealed class AppointmentClient : IDisposable
{
    // Three times the usual deadline of a call. To outlast the longest deadline that a configuration allows would take minutes.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    // Little more than the usual deadline: the next front end may answer, and a repeat does no harm.
    private static readonly TimeSpan CallTimeoutOfSeveral = TimeSpan.FromSeconds(12);

    private const int AnswerBytesMax = 64 * 1024 * 1024;
    private readonly Place[] _places;
    private volatile int _first;

    /// <param name="url">The address of the service.</param>
    /// <param name="check">Checks the certificate of the front end; the system does if null.</param>
    public AppointmentClient(Uri url, RemoteCertificateValidationCallback? check = null)
        : this(FrontEndAccess.Of(url, check))
    {
    }

    public AppointmentClient(FrontEndAccess access) => _places = [.. access.Urls.Select(url => Connect(access, url))];

    public Task<CallReport> AddAsync(string caller, string id, AppointmentType type, int capacity, string requestId) =>
        CallAsync(requestId, async service =>
        {
            var result = await service.AddAppointmentAsync(caller, id, type, capacity, requestId: requestId);
            return Answer(result.Outcome, AddOutcome.Added, result.Message, result.Sequence);
        });

    public Task<CallReport> RemoveAsync(string caller, string id, AppointmentType type, string requestId) =>
        CallAsync(requestId, async service =>
        {
            var result = await service.RemoveAppointmentAsync(caller, id, type, requestId: requestId);
            return Answer(result.Outcome, RemoveOutcome.Removed, result.Message, result.Sequence) with { Relocations = result.Relocations };
        });

    public Task<CallReport> ListAsync(string caller, AppointmentType type, string requestId) =>
        CallAsync(requestId, async service =>
        {
            var result = await service.ListAppointmentAvailabilityAsync(caller, type, requestId: requestId);
            return Answer(result.Outcome, ListOutcome.Listed, result.Message, result.Sequence) with { Slots = result.Slots };
        });

    public Task<CallReport> BookAsync(string caller, string patient, string id, AppointmentType type, string requestId) =>
        CallAsync(requestId, async service =>
        {
            var result = await service.BookAppointmentAsync(caller, patient, id, type, requestId: requestId);
            return Answer(result.Outcome, BookOutcome.Booked, result.Message, result.Sequence);
        });

    public Task<CallReport> ScheduleAsync(string caller, string patient, string requestId) =>
        CallAsync(requestId, async service =>
        {
            var result = await service.GetAppointmentScheduleAsync(caller, patient, requestId: requestId);
            return Answer(result.Outcome, ScheduleOutcome.Scheduled, result.Message, result.Sequence) with { Bookings = result.Bookings };
        });

    public Task<CallReport> CancelAsync(string caller, string patient, string id, string requestId) =>
        CallAsync(requestId, async service =>
        {
            var result = await service.CancelAppointmentAsync(caller, patient, id, requestId: requestId);
            return Answer(result.Outcome, CancelOutcome.Cancelled, result.Message, result.Sequence) with
            {
                Type = result.AppointmentTypeSpecified ? result.AppointmentType : null,
            };
        });

    public Task<CallReport> SwapAsync(
        string caller, string patient, string oldId, AppointmentType oldType, string newId, AppointmentType newType, string requestId) =>
        CallAsync(requestId, async service =>
        {
            var result = await service.SwapAppointmentAsync(caller, patient, oldId, oldType, newId, newType, requestId: requestId);
            return Answer(result.Outcome, SwapOutcome.Swapped, result.Message, result.Sequence);
        });

    /// <summary>A new request id. A call that is repeated with it is executed once.</summary>
    public static string NewRequestId() => $"dams-{Guid.CreateVersion7():N}";

    public void Dispose()
    {
        foreach (var place in _places)
            place.Factory.Abort();
    }

    private static CallReport.Answer Answer<T>(T outcome, T success, string message, long sequence)
        where T : struct, Enum => new(outcome.ToString(), EqualityComparer<T>.Default.Equals(outcome, success), message, sequence);

    private static Place Connect(FrontEndAccess access, Uri url)
    {
        var binding = new BasicHttpBinding(url.Scheme == Uri.UriSchemeHttps ? BasicHttpSecurityMode.Transport : BasicHttpSecurityMode.None)
        {
            SendTimeout = access.Urls.Count == 1 ? CallTimeout : CallTimeoutOfSeveral,
            MaxReceivedMessageSize = AnswerBytesMax,
        };
        binding.ReaderQuotas.MaxArrayLength = AnswerBytesMax;
        var factory = new ChannelFactory<IAppointmentService>(binding, new EndpointAddress(url));
        factory.Endpoint.EndpointBehaviors.Add(new OwnHandler(() => access.CreateHandler(url)));
        return new Place(url, factory, factory.CreateChannel());
    }

    private async Task<CallReport> CallAsync(string requestId, Func<IAppointmentService, Task<CallReport.Answer>> call)
    {
        var first = _first;
        var faults = new List<CallReport.Fault>();
        for (var i = 0; i < _places.Length; i++)
        {
            var at = (first + i) % _places.Length;
            var report = await CallAsync(_places[at], requestId, call);
            if (report is not CallReport.Fault fault)
            {
                // The next call begins where this one was answered.
                _first = at;
                return report;
            }

            faults.Add(fault);
            if (!fault.IsWorthAnotherFrontEnd)
                break;
        }

        return CallReport.Fault.Of(faults);
    }

    private static async Task<CallReport> CallAsync(Place place, string requestId, Func<IAppointmentService, Task<CallReport.Answer>> call)
    {
        try
        {
            return await call(place.Service);
        }
        catch (FaultException<DamsFault> fault)
        {
            return CallReport.Fault.Of(fault.Detail, requestId);
        }
        catch (Exception problem) when (problem is CommunicationException or TimeoutException or HttpRequestException)
        {
            return CallReport.Fault.Of(problem, place.Url, requestId);
        }
    }

    private sealed record Place(Uri Url, ChannelFactory<IAppointmentService> Factory, IAppointmentService Service);

    /// <summary>Makes WCF use a handler of ours.</summary>
    private sealed class OwnHandler(Func<HttpMessageHandler> create) : IEndpointBehavior
    {
        public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection bindingParameters) =>
            bindingParameters.Add(new Func<HttpClientHandler, HttpMessageHandler>(_ => create()));

        public void ApplyClientBehavior(ServiceEndpoint endpoint, ClientRuntime clientRuntime)
        {
        }

        public void ApplyDispatchBehavior(ServiceEndpoint endpoint, EndpointDispatcher endpointDispatcher)
        {
        }

        public void Validate(ServiceEndpoint endpoint)
        {
        }
    }
}
