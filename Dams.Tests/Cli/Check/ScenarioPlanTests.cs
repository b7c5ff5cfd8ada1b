using Dams.Cli.Check.Plan;
using Dams.Cli.Client;
using Dams.Cli.Lab;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Hosting.Status;

namespace Dams.Tests.Cli.Check;

/// <summary>The judgements about a scenario: about answers, about the cluster before it, and about states that it waits for.</summary>
internal sealed class ScenarioPlanTests
{
    private static CheckScenario Scenario(string lines) =>
        ScenarioParser.Read("mine", $"title A title\ncase A case\n{lines}", FaultLine.ProblemsOf).Scenario!;

    [TestCase("Booked", "Booked", null)]
    [TestCase("Booked or Full", "Full", null)]
    [TestCase("Booked", "Full", "Full")]
    [TestCase("Booked", "fault NotPermitted", "fault NotPermitted")]
    [TestCase("fault NotPermitted", "fault NotPermitted patientId", null)]
    [TestCase("fault NotPermitted callerId", "fault NotPermitted patientId", "fault NotPermitted patientId")]
    [TestCase("exactly 1 Booked, 2 Full", "Full,Booked,Full", null)]
    [TestCase("exactly 1 Booked, 2 Full", "Booked,Booked,Full", "2 Booked, 1 Full")]
    [TestCase("exactly 1 Booked, 2 Full", "Booked,Full,NotFound", "1 Booked, 1 Full, 1 NotFound; the first: NotFound for")]
    [TestCase("Booked", "Booked,Full,Full", "Full for call 2, book MTLP0002 MTLM010199 Dental; 2 of 3 differ")]
    public void Answers_are_compared_with_what_the_line_expects(string expected, string answers, string? came)
    {
        var words = answers.Split(',');
        var step = (CallStep)Scenario(words.Length == 1
            ? $"book MTLP0001 MTLM010199 Dental -> {expected}"
            : $"times {words.Length}: book MTLP000{{n}} MTLM010199 Dental -> {expected}").Steps.Single();
        var group = step.Groups.Single();
        var mismatch = group.Expected.Judge([.. group.Calls.Zip(words, (call, word) => new CameAnswer(call, word.Split(' ') switch
        {
            ["fault", var code, .. var field] => new PlainAnswer(true, code, field.FirstOrDefault()),
            _ => new PlainAnswer(false, word, null),
        }))]);
        Assert.That(mismatch?.Came, came is null ? Is.Null : Does.StartWith(came));
        Assert.That(mismatch?.Expected, Is.EqualTo(came is null ? null : expected));
    }

    [Test]
    public void The_number_of_wrong_answers_is_that_of_the_answers_that_could_not_come()
    {
        var step = (CallStep)Scenario("together 3: book MTLP000{n} MTLM010199 Dental -> exactly 1 Booked, 2 Full").Steps.Single();
        var group = step.Groups.Single();
        Assert.That(Judged("Booked", "Booked", "Booked"), Is.EqualTo(2));
        Assert.That(Judged("Booked", "NotFound", "Full"), Is.EqualTo(1));
        Assert.That(Judged("Full", "Full", "Full"), Is.EqualTo(1));

        int? Judged(params string[] answers) =>
            group.Expected.Judge(
                [.. group.Calls.Zip(answers, (call, word) => new CameAnswer(call, new PlainAnswer(false, word, null)))])?.Wrong;
    }

    [Test]
    public void A_list_shows_only_the_slots_that_the_scenario_names()
    {
        var footprint = new ScenarioFootprint(Scenario("add MTLM010199 Dental 2 --as MTLA0001"));
        var answer = new CallReport.Answer("Listed", true, "", 1)
        {
            Slots = [Item("MTLM010199", 1), Item("MTLA010199", 0), Item("MTLM010199", 2, AppointmentType.Surgeon)],
        };
        Assert.That(PlainAnswer.Of(answer, footprint).ToString(), Is.EqualTo("Listed: MTLM010199 1/2"));
        Assert.That(PlainAnswer.Of(answer with { Slots = [] }, footprint).ToString(), Is.EqualTo("Listed: none"));
    }

    [TestCase("add MTLM010199 Dental 2 --as MTLA0001", "slots that the scenario would open: MTLM010199 Dental.")]
    [TestCase("book MTLP0001 SHEM010199 Dental", "Patients of the scenario hold bookings: MTLP0001 holds QUEM010199 Surgeon.")]
    [TestCase("schedule MTLP0001", "MTLP0001 holds QUEM010199")]
    [TestCase("book MTLP0002 MTLM010198 Dental\nremove MTLM010198 Dental --as MTLA0001",
        "could be moved to slots that are not the scenario's: MTLM010199")]
    [TestCase("remove MTLM010198 Dental --as MTLA0001\nbook MTLP0002 MTLM010198 Dental", null)]
    [TestCase("book MTLP0002 MTLM010198 Surgeon\nremove MTLM010198 Dental --as MTLA0001", null)]
    [TestCase("book MTLP0002 MTLM020199 Dental\nremove MTLM020199 Dental --as MTLA0001", null)]
    [TestCase("book MTLP0002 MTLM010198 Dental --as MTLA0001", null)]
    public void A_scenario_is_not_played_if_the_cluster_holds_what_it_would_touch(string lines, string? conflict)
    {
        var footprint = new ScenarioFootprint(Scenario(lines));
        var conflicts = footprint.ConflictsWith(
            [Item("MTLM010199", 1)],
            [.. footprint.Patients.Select(patient => (patient, (IReadOnlyList<BookingItem>)(patient.ToString() == "MTLP0001"
                ? [new BookingItem { AppointmentId = "QUEM010199", AppointmentType = AppointmentType.Surgeon }]
                : [])))]);
        Assert.That(conflicts, conflict is null ? Is.Empty : Has.One.Contains(conflict));
    }

    [TestCase("replica1 is active", true)]
    [TestCase("replica2 is dead", true)]
    [TestCase("replica2 is active", false)]
    [TestCase("replica3 is back", true)]
    [TestCase("replica1 is back", false)]
    [TestCase("replica3 is replaced", false)]
    [TestCase("replica4 is replaced", true)]
    [TestCase("replica1 is outvoted 3 times", true)]
    [TestCase("replica1 is outvoted 4 times", false)]
    [TestCase("replica3 is outvoted", false)]
    [TestCase("a sequencer has taken over", true)]
    [TestCase("all replicas are equal", false)]
    [TestCase("replica7 is active", false)]
    public void A_state_is_compared_with_that_before_the_fault(string state, bool isMet)
    {
        var before = new ClusterStatus
        {
            Epoch = "1.1",
            Sequencer = new SequencerStatus { Id = "sequencer1" },
            Replicas = [Replica(1, 11, "a", "active", wrong: 2), Replica(2, 12, "b"), Replica(3, 13, "c"), Replica(4, 14, "d")],
        };
        var now = new ClusterStatus
        {
            Epoch = "2.1",
            Sequencer = new SequencerStatus { Id = "sequencer1" },
            Replicas = [Replica(1, 11, "a", wrong: 5), Replica(2, null, "b", "dead"), Replica(3, 23, "c"), Replica(4, 24, "e")],
        };
        var wait = (WaitStep)Scenario($"wait until {state}").Steps.Single();
        Assert.That(wait.Until.IsMet(now, before), Is.EqualTo(isMet));
    }

    [Test]
    public void A_sequencer_that_is_not_heard_has_not_taken_over()
    {
        var before = new ClusterStatus { Epoch = "1.1", Sequencer = new SequencerStatus() };
        Assert.That(new WaitCondition.HasTakenOver().IsMet(before, before), Is.False);
        var silent = new ClusterStatus { Epoch = "2.1", Sequencer = new SequencerStatus { Active = false } };
        Assert.That(new WaitCondition.HasTakenOver().IsMet(silent, before), Is.False);
    }

    [Test]
    public void All_replicas_are_equal_when_all_are_active_with_one_digest_after_one_entry()
    {
        var equal = new ClusterStatus { Replicas = [Replica(1, 1, "a"), Replica(2, 2, "b")] };
        var condition = new WaitCondition.AllEqual();
        Assert.That(condition.IsMet(equal, equal), Is.True);
        foreach (var other in (ReplicaStatus[])[Replica(2, 2, "b") with { Digest = "y" }, Replica(2, 2, "b", "joining")])
            Assert.That(condition.IsMet(equal with { Replicas = [Replica(1, 1, "a"), other] }, equal), Is.False);
        Assert.That(condition.IsMet(new ClusterStatus(), equal), Is.False);
    }

    private static SlotItem Item(string id, int remaining, AppointmentType type = AppointmentType.Dental) =>
        new() { AppointmentId = id, AppointmentType = type, Capacity = 2, Remaining = remaining };

    private static ReplicaStatus Replica(int number, int? process, string incarnation, string state = "active", long wrong = 0) => new()
    {
        Id = $"replica{number}",
        ProcessId = process,
        Incarnation = incarnation,
        State = state,
        Wrong = wrong,
        Executed = 50,
        DigestAt = 50,
        Digest = "x",
    };
}
