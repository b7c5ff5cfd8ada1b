using System.Diagnostics.CodeAnalysis;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Text;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Tests.Contracts;

namespace Dams.Tests.Soap;

/// <summary>.NET clients call the service's own interface through ChannelFactory, over both SOAP versions.</summary>
[TestFixture("1.1")]
[TestFixture("1.2")]
public sealed class ServiceModelClientTests(string version)
{
    // The default of 64 KiB is too little for a long list.
    private const int AnswerBytesMax = 16 * 1024 * 1024;
    private ScriptedExecutor _executor = null!;
    private SoapTestServer _server = null!;
    private ChannelFactory<IAppointmentService> _factory = null!;
    private IAppointmentService _client = null!;

    [SetUp]
    public async Task SetUp()
    {
        _executor = new ScriptedExecutor(new DictionaryExecutor().ExecuteAsync);
        _server = await SoapTestServer.StartAsync(_executor);
        _factory = new ChannelFactory<IAppointmentService>(BindingOf(version), new EndpointAddress(_server.AppointmentService));
        _client = _factory.CreateChannel();
    }

    [TearDown]
    public async Task TearDown()
    {
        _factory.Abort();
        ((IDisposable)_factory).Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Every_operation_returns_all_fields_of_its_answer()
    {
        var added = await _client.AddAppointmentAsync("mtla1234 ", "MTLE210422", AppointmentType.Physician, 2);
        Assert.That(
            (added.Outcome, added.Sequence, added.Message),
            Is.EqualTo((AddOutcome.Added, 1L, "Physician MTLE210422 is open with 2 places.")));
        await _client.AddAppointmentAsync("MTLA1234", "MTLM220422", AppointmentType.Physician, 1);

        var listed = await _client.ListAppointmentAvailabilityAsync("MTLA1234", AppointmentType.Physician);
        Assert.That(
            listed.Slots!.Select(slot => (slot.AppointmentId, slot.AppointmentType, slot.Capacity, slot.Remaining)),
            Is.EqualTo(new[]
            {
                ("MTLE210422", AppointmentType.Physician, 2, 2),
                ("MTLM220422", AppointmentType.Physician, 1, 1),
            }));
        var empty = await _client.ListAppointmentAvailabilityAsync("MTLA1234", AppointmentType.Dental);
        Assert.That(empty.Slots, Is.Not.Null.And.Empty);

        var booked = await _client.BookAppointmentAsync("MTLP1234", "MTLP1234", "MTLE210422", AppointmentType.Physician);
        Assert.That(booked.Outcome, Is.EqualTo(BookOutcome.Booked));
        booked = await _client.BookAppointmentAsync("MTLP1111", "MTLP1111", "MTLE210422", AppointmentType.Physician);
        Assert.That(booked.Outcome, Is.EqualTo(BookOutcome.Booked));
        var removed = await _client.RemoveAppointmentAsync("MTLA1234", "MTLE210422", AppointmentType.Physician);
        Assert.That(removed.Relocations!.Select(moved => (moved.PatientId, moved.NewAppointmentId)), Is.EqualTo(new (string, string?)[]
        {
            ("MTLP1234", "MTLM220422"),
            ("MTLP1111", null),
        }));
        var notFound = await _client.RemoveAppointmentAsync("MTLA1234", "MTLE210422", AppointmentType.Physician);
        Assert.That((notFound.Outcome, notFound.Relocations), Is.EqualTo((RemoveOutcome.NotFound, (RelocationItem[]?)null)));

        var schedule = await _client.GetAppointmentScheduleAsync("MTLP1234", "MTLP1234");
        Assert.That(
            schedule.Bookings!.Select(booking => (booking.AppointmentId, booking.AppointmentType)),
            Is.EqualTo(new[] { ("MTLM220422", AppointmentType.Physician) }));

        await _client.AddAppointmentAsync("MTLA1234", "MTLA220422", AppointmentType.Surgeon, 1);
        var swapped = await _client.SwapAppointmentAsync(
            "MTLP1234", "MTLP1234", "MTLM220422", AppointmentType.Physician, "MTLA220422", AppointmentType.Surgeon);
        Assert.That(swapped.Outcome, Is.EqualTo(SwapOutcome.Swapped));
        var cancelled = await _client.CancelAppointmentAsync("MTLP1234", "MTLP1234", "MTLA220422");
        Assert.That(
            (cancelled.Outcome, cancelled.AppointmentTypeSpecified, cancelled.AppointmentType),
            Is.EqualTo((CancelOutcome.Cancelled, true, AppointmentType.Surgeon)));
        var notBooked = await _client.CancelAppointmentAsync("MTLP1234", "MTLP1234", "MTLA220422");
        Assert.That((notBooked.Outcome, notBooked.AppointmentTypeSpecified), Is.EqualTo((CancelOutcome.NotBooked, false)));
        Assert.That(
            Operation.All.Select(operation => operation.Command).Except(_executor.Asked.Select(call => call.Command.GetType())),
            Is.Empty,
            "operations that this test does not call");
    }

    [Test]
    public async Task A_repeated_request_id_gets_the_original_sequence_number()
    {
        var first = await _client.AddAppointmentAsync("MTLA1234", "MTLE210422", AppointmentType.Physician, 2, "one");
        await _client.ListAppointmentAvailabilityAsync("MTLA1234", AppointmentType.Physician);
        var again = await _client.AddAppointmentAsync("MTLA1234", "MTLE210422", AppointmentType.Physician, 2, "one");
        Assert.That((again.Outcome, again.Sequence), Is.EqualTo((AddOutcome.Added, first.Sequence)));
    }

    [Test]
    public async Task Faults_arrive_typed()
    {
        var invalid = await FaultOf(() => _client.AddAppointmentAsync("MTLX1234", "MTLE210422", AppointmentType.Physician, 2, "mine"));
        Assert.That(
            (invalid.Detail.Code, invalid.Detail.Field, invalid.Detail.Execution, invalid.Detail.RequestId,
                invalid.Detail.RetryAfterMsSpecified),
            Is.EqualTo((DamsFaultCode.InvalidRequest, "callerId", ExecutionState.NotExecuted, "mine", false)));
        Assert.That(invalid.Code.Name, Is.EqualTo(version == "1.1" ? "Client" : "Sender"));

        var notPermitted = await FaultOf(() => _client.ListAppointmentAvailabilityAsync("MTLP1234", AppointmentType.Dental));
        Assert.That(notPermitted.Detail.Code, Is.EqualTo(DamsFaultCode.NotPermitted));
        Assert.That(notPermitted.Reason.ToString(), Is.EqualTo("MTLP1234 is not an administrator."));

        var missing = await FaultOf(() => _client.BookAppointmentAsync("MTLP1234", null!, "MTLE210422", AppointmentType.Physician));
        Assert.That((missing.Detail.Code, missing.Detail.Field), Is.EqualTo((DamsFaultCode.InvalidRequest, "patientId")));

        await _client.AddAppointmentAsync("MTLA1234", "MTLE210422", AppointmentType.Physician, 2, "two");
        var reused = await FaultOf(() => _client.AddAppointmentAsync("MTLA1234", "MTLE210422", AppointmentType.Physician, 3, "two"));
        Assert.That((reused.Detail.Code, reused.Detail.RequestId), Is.EqualTo((DamsFaultCode.RequestIdReused, "two")));
    }

    internal static Binding BindingOf(string version) => version == "1.1"
        ? new BasicHttpBinding { SendTimeout = TimeSpan.FromSeconds(30), MaxReceivedMessageSize = AnswerBytesMax }
        : new CustomBinding(
            new TextMessageEncodingBindingElement(
                MessageVersion.CreateVersion(EnvelopeVersion.Soap12, AddressingVersion.None), Encoding.UTF8),
            new HttpTransportBindingElement { MaxReceivedMessageSize = AnswerBytesMax })
        {
            SendTimeout = TimeSpan.FromSeconds(30),
        };

    [SuppressMessage("Assertion", "NUnit2045", Justification = "One assertion after the other says more.")]
    private static async Task<FaultException<DamsFault>> FaultOf<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
        }
        catch (FaultException<DamsFault> fault)
        {
            return fault;
        }

        throw new AssertionException("there was no fault");
    }
}
