using Dams.Cli.Check.Plan;
using Dams.Cli.Client;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Tests.Cli.Check;

/// <summary>The ledger knows what a scenario has left in the cluster, and which calls may have had an effect.</summary>
internal sealed class CallLedgerTests
{
    private CallLedger _ledger = null!;
    private long _sequence;

    [SetUp]
    public void BeginLedger() => (_ledger, _sequence) = (new CallLedger(), 0);

    [Test]
    public void Slots_and_bookings_are_left_until_they_are_removed()
    {
        Answered(new AddCall("MTLA0001", Slot("MTLM010199"), 2), "Added");
        Answered(new AddCall("MTLA0001", Slot("MTLA010199"), 2), "Added");
        Answered(new BookCall("MTLP0001", "MTLP0001", Slot("MTLM010199")), "Booked");
        Answered(new BookCall("MTLP0002", "MTLP0002", Slot("MTLM010199")), "Booked");
        Answered(new SwapCall("MTLP0002", "MTLP0002", Slot("MTLM010199"), Slot("MTLA010199")), "Swapped");
        Assert.That(Left(), Is.EqualTo("MTLM010199, MTLA010199; MTLP0001 MTLM010199, MTLP0002 MTLA010199"));
        Answered(new CancelCall("MTLP0001", "MTLP0001", "MTLM010199"), "Cancelled");
        Answered(new RemoveCall("MTLA0001", Slot("MTLM010199")), "Removed");
        Assert.That(Left(), Is.EqualTo("MTLA010199; MTLP0002 MTLA010199"));
    }

    [Test]
    public void Another_outcome_adds_nothing()
    {
        Answered(new AddCall("MTLA0001", Slot("MTLM010199"), 2), "AlreadyExists", isSuccess: false);
        Answered(new BookCall("MTLP0001", "MTLP0001", Slot("MTLM010199")), "Full", isSuccess: false);
        Assert.That(Left(), Is.EqualTo("; "));
    }

    [Test]
    public void A_booking_is_followed_to_the_slot_to_which_its_patient_was_moved()
    {
        Answered(new AddCall("MTLA0001", Slot("MTLM010199"), 2), "Added");
        Answered(new BookCall("MTLP0001", "MTLP0001", Slot("MTLM010199")), "Booked");
        Answered(new BookCall("MTLP0002", "MTLP0002", Slot("MTLM010199")), "Booked");
        Answered(new RemoveCall("MTLA0001", Slot("MTLM010199")), "Removed", relocations:
        [
            new RelocationItem { PatientId = "MTLP0001", NewAppointmentId = "MTLM020199" },
            new RelocationItem { PatientId = "MTLP0002" },
            new RelocationItem { PatientId = "MTLP0009", NewAppointmentId = "MTLM020199" },
        ]);
        Assert.That(Left(), Is.EqualTo("; MTLP0001 MTLM020199"), "the booking of MTLP0009 is not the scenario's");
    }

    [Test]
    public void Calls_at_the_same_time_count_in_the_order_of_their_numbers()
    {
        Answered(new CancelCall("MTLP0001", "MTLP0001", "MTLM010199"), "Cancelled", sequence: 9);
        Answered(new BookCall("MTLP0001", "MTLP0001", Slot("MTLM010199")), "Booked", sequence: 8);
        Assert.That(Left(), Is.EqualTo("; "));
        Answered(new BookCall("MTLP0001", "MTLP0001", Slot("MTLM010199")), "Booked", sequence: 10);
        Assert.That(Left(), Is.EqualTo("; MTLP0001 MTLM010199"));
    }

    [Test]
    public void A_booking_that_somebody_else_has_cancelled_is_not_left()
    {
        Answered(new BookCall("MTLP0001", "MTLP0001", Slot("MTLM010199")), "Booked");
        Answered(new CancelCall("MTLP0001", "MTLP0001", "MTLM010199"), "NotBooked", isSuccess: false);
        Assert.That(Left(), Is.EqualTo("; "));
    }

    [Test]
    public void A_write_without_an_answer_is_unsettled_unless_no_attempt_can_have_been_executed()
    {
        var call = new SentCall(new BookCall("MTLP0001", "MTLP0001", Slot("MTLM010199")), "r7");
        Assert.That(call.IsUnsettled, Is.False, "before it is sent");
        call.OnSent();
        Assert.That(call.IsUnsettled, Is.True, "while it is under way");
        call.OnReport(Fault("Overloaded", ExecutionState.NotExecuted));
        Assert.That((call.IsUnsettled, call.IsWorthARepeat), Is.EqualTo((false, true)));
        call.OnSent();
        call.OnReport(Fault("NoQuorum", ExecutionState.Unknown));
        call.OnSent();
        call.OnReport(Fault("Overloaded", ExecutionState.NotExecuted));
        Assert.That(call.IsUnsettled, Is.True, "the second attempt may have been executed");
        call.OnSent();
        call.OnReport(new CallReport.Answer("Booked", true, "", 5));
        Assert.That((call.IsUnsettled, call.IsWorthARepeat, call.Attempts), Is.EqualTo((false, false, 4)));
    }

    [Test]
    public void A_repeat_that_was_sent_but_not_answered_may_be_executed()
    {
        var call = new SentCall(new BookCall("MTLP0001", "MTLP0001", Slot("MTLM010199")), "r7");
        call.OnSent();
        call.OnReport(Fault("Overloaded", ExecutionState.NotExecuted));
        call.OnSent();
        Assert.That(call.IsUnsettled, Is.True);
    }

    [TestCase("NotPermitted", false)]
    [TestCase("InvalidRequest", false)]
    [TestCase("RequestIdReused", false)]
    [TestCase("ReplicaDivergence", false)]
    [TestCase("InsufficientReplicas", true)]
    [TestCase("SequencerUnavailable", true)]
    [TestCase("Unreachable", true)]
    public void Only_a_fault_that_may_pass_is_worth_a_repeat(string code, bool isWorth)
    {
        var call = new SentCall(new ScheduleCall("MTLP0001", "MTLP0001"), "r7");
        call.OnSent();
        call.OnReport(Fault(code, ExecutionState.Unknown));
        Assert.That((call.IsWorthARepeat, call.IsUnsettled), Is.EqualTo((isWorth, false)), "a read changes nothing");
    }

    private static CallReport.Fault Fault(string code, ExecutionState execution) => new(code, "because", execution, "r7");

    private static WrittenSlot Slot(string id) => new(id, AppointmentType.Dental);

    private void Answered(
        ScenarioCall call, string outcome, bool isSuccess = true, long? sequence = null, RelocationItem[]? relocations = null)
    {
        var sent = new SentCall(call, "r");
        _ledger.Enter(sent);
        sent.OnSent();
        sent.OnReport(new CallReport.Answer(outcome, isSuccess, "", sequence ?? ++_sequence) { Relocations = relocations });
    }

    private string Left()
    {
        var (slots, bookings) = _ledger.Left();
        return $"{string.Join(", ", slots.Select(slot => slot.Id))}; "
            + string.Join(", ", bookings.Select(held => $"{held.Patient} {held.Slot.Id}"));
    }
}
