using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Service;

namespace Dams.Tests.Soap;

/// <summary>The checks of fields and rights, and what replies become on the wire, without a host.</summary>
public sealed class AppointmentEdgeTests
{
    private static readonly CallerId s_admin = new(true, Hospital.MTL, 1234);
    private static readonly PatientId s_patient = new(Hospital.MTL, 1234);
    private static readonly Slot s_slot =
        new(new AppointmentId(Hospital.MTL, new DateOnly(2022, 4, 21), TimeOfDay.Evening), AppointmentType.Physician);

    [TestCase(" mtla1234\t", "MTLA1234")]
    [TestCase("MtLa0000", "MTLA0000")]
    [TestCase("\u00A0sheP9999\r\n", "SHEP9999")]
    public void Letter_case_and_white_space_of_ids_are_forgiven(string text, string expected) =>
        Assert.That(AppointmentEdge.Canonical(text), Is.EqualTo(expected));

    [TestCase("\u017FHEA1234")]
    [TestCase("MTL A1234")]
    [TestCase("MTLA123")]
    [TestCase("MTLA12345")]
    [TestCase("MTLA１２３４")]
    [TestCase("")]
    [TestCase(null)]
    public void An_id_with_any_other_deviation_is_rejected(string? callerId)
    {
        var fault = FaultOf(() => AppointmentEdge.List(ListAs(callerId)));
        Assert.That((fault.Code, fault.Field), Is.EqualTo((DamsFaultCode.InvalidRequest, "callerId")));
    }

    [Test]
    public void The_fault_names_the_first_malformed_field_in_wire_order()
    {
        string[] order =
        [
            "callerId", "patientId", "oldAppointmentId", "oldAppointmentType", "newAppointmentId", "newAppointmentType", "requestId",
        ];
        for (var good = 0; good < order.Length; good++)
        {
            string Value(int index, string value) => good > index ? value : "?";
            AppointmentType Type(int index) => good > index ? AppointmentType.Dental : (AppointmentType)9;
            var fault = FaultOf(() => AppointmentEdge.Swap(new SwapAppointmentRequest
            {
                CallerId = Value(0, "MTLA1234"),
                PatientId = Value(1, "QUEP1234"),
                OldAppointmentId = Value(2, "MTLE210422"),
                OldAppointmentType = Type(3),
                NewAppointmentId = Value(4, "MTLE210422"),
                NewAppointmentType = Type(5),
                RequestId = new string('r', 65),
            }));
            Assert.That((fault.Code, fault.Field), Is.EqualTo((DamsFaultCode.InvalidRequest, order[good])));
        }

        var denied = FaultOf(() => AppointmentEdge.Swap(new SwapAppointmentRequest
        {
            CallerId = "MTLA1234",
            PatientId = "QUEP1234",
            OldAppointmentId = "MTLE210422",
            OldAppointmentType = AppointmentType.Dental,
            NewAppointmentId = "MTLE210422",
            NewAppointmentType = AppointmentType.Dental,
            RequestId = "r",
        }));
        Assert.That((denied.Code, denied.RequestId), Is.EqualTo((DamsFaultCode.NotPermitted, "r")));
    }

    [TestCase(1)]
    [TestCase(1_000_000)]
    public void Capacities_at_the_limits_pass(int capacity) => Assert.That(
        AppointmentEdge.Add(new AddAppointmentRequest
        {
            CallerId = "MTLA1234",
            AppointmentId = "MTLE210422",
            AppointmentType = AppointmentType.Physician,
            Capacity = capacity,
            RequestId = new string('r', 64),
        }),
        Is.EqualTo(new AddAppointment(s_admin, s_slot, capacity)));

    [Test]
    public void A_value_with_characters_that_xml_forbids_is_cleaned_and_cut()
    {
        var fault = FaultOf(() => AppointmentEdge.List(ListAs("\u0001\uD800\uFFFF😀" + new string('x', 500))));
        Assert.That(fault.Reason, Does.StartWith("callerId '😀xxx").And.Contain("x…' is not").And.Length.LessThanOrEqualTo(300));
        Assert.That(FaultText.Clean(new string('x', 299) + "😀", 300), Is.EqualTo(new string('x', 299) + "…"));
        Assert.That(FaultText.Clean(new string('x', 300), 300), Is.EqualTo(new string('x', 300)));
        Assert.That(FaultText.Clean(new string('x', 301), 300), Is.EqualTo(new string('x', 299) + "…"));
    }

    [TestCase(Refusal.RequestIdReused, DamsFaultCode.RequestIdReused)]
    [TestCase(Refusal.InternalError, DamsFaultCode.InternalError)]
    public void A_refusal_by_the_replicas_becomes_a_fault_that_says_not_executed(Refusal refusal, DamsFaultCode code)
    {
        var fault = FaultOf(() => AppointmentReplies.Book(
            new BookAppointment(s_admin, s_patient, s_slot), new ExecutedReply(new RefusedReply(refusal), 1), "r"));
        Assert.That((fault.Code, fault.Execution, fault.RequestId), Is.EqualTo((code, ExecutionState.NotExecuted, "r")));
    }

    [Test]
    public void The_reply_to_another_request_is_a_defect_and_not_an_answer() => Assert.That(
        () => AppointmentReplies.Book(
            new BookAppointment(s_admin, s_patient, s_slot), new ExecutedReply(new AddReply(AddOutcome.Added), 1)),
        Throws.InvalidOperationException);

    [Test]
    public void The_fault_tells_a_client_without_a_request_id_to_look_at_the_schedule()
    {
        Assert.That(DamsFaults.NoQuorum().Detail.Reason, Does.Contain("look at the schedule"));
        Assert.That(DamsFaults.NoQuorum("r").Detail.Reason, Does.Contain("same requestId is safe"));
        Assert.That(DamsFaults.InsufficientReplicas().Detail.Reason, Is.EqualTo("Fewer than two replicas are active."));
    }

    private static ListAppointmentAvailabilityRequest ListAs(string? callerId) =>
        new() { CallerId = callerId, AppointmentType = AppointmentType.Dental, RequestId = null };

    private static DamsFault FaultOf(Func<object> call)
    {
        try
        {
            call();
        }
        catch (FaultException<DamsFault> fault)
        {
            return fault.Detail;
        }

        throw new AssertionException("there was no fault");
    }
}
