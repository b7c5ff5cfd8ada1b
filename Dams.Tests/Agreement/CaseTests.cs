using Dams.Contracts.Reports;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Mutation;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>Reports that open a case, and reports that do not. Front ends and sequencers can do no more than open one.</summary>
internal sealed class CaseTests
{
    [Test]
    [FailsWithout(nameof(ManagerMutants.VerdictIsEnough))]
    public void A_verdict_only_opens_a_case_about_its_last_three_numbers()
    {
        var script = new AgreementScript();
        var number = script.Accuse(3, 10, 11, 12, 15, 16);
        Assert.That((script.State.Active, script.State.Queue.Count, script.State.Cases.Count), Is.EqualTo(((Decision?)null, 0, 1)));
        var open = script.State.Cases[0];
        Assert.That((open.Number, open.Replica, open.Incarnation, open.Kind, open.OpenedAt, open.Guilty, open.Innocent),
            Is.EqualTo((number, (byte)3, IncarnationOf(3), CaseKind.Wrong, script.Time, 0u, 0u)));
        Assert.That(open.Sequences, Is.EqualTo(new[] { 12, 15, 16 }));
        Assert.That(script.Told, Is.EqualTo(new[] { AgreedEventKind.Verdict }));
    }

    [Test]
    [FailsWithout(nameof(ManagerMutants.SuspicionIsEnough))]
    public void A_suspicion_only_opens_a_case()
    {
        var script = new AgreementScript();
        script.Suspect(3);
        Assert.That((script.State.Active, script.State.Queue.Count), Is.EqualTo(((Decision?)null, 0)));
        Assert.That(script.State.Cases.Select(open => (open.Replica, open.Kind)), Is.EqualTo(new[] { ((byte)3, CaseKind.Silent) }));
        Assert.That(script.Told, Is.EqualTo(new[] { AgreedEventKind.Suspicion }));
    }

    [Test]
    public void Fewer_than_three_strikes_open_no_case()
    {
        var script = new AgreementScript();
        script.Accuse(3, 10, 11);
        Assert.That((script.State.Cases.Count, script.State.Events.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void A_repeated_suspicion_opens_no_second_case()
    {
        var script = new AgreementScript();
        var first = script.Suspect(3);
        script.Suspect(3);
        script.Order(new SuspicionReport(3, IncarnationOf(3), SuspicionCause.Lagging, 99));
        Assert.That(script.State.Cases.Select(open => open.Number), Is.EqualTo(new[] { first }));
        Assert.That(script.State.Events, Has.Count.EqualTo(1));
    }

    [Test]
    public void Each_charge_replica_and_incarnation_has_a_case_of_its_own()
    {
        var script = new AgreementScript();
        script.Suspect(3);
        script.Accuse(3);
        script.Suspect(4);
        script.Suspect(3, life: 2);
        Assert.That(script.State.Cases.Select(open => (open.Kind, open.Incarnation)), Is.EqualTo(new[]
        {
            (CaseKind.Silent, IncarnationOf(3)), (CaseKind.Wrong, IncarnationOf(3)), (CaseKind.Silent, IncarnationOf(4)),
            (CaseKind.Silent, IncarnationOf(3, 2)),
        }));
    }

    [Test]
    public void A_case_with_votes_on_both_sides_is_opened_anew_by_a_repeated_suspicion()
    {
        var script = new AgreementScript();
        var first = script.Suspect(3);
        script.Vote(1, 3, first);
        script.Suspect(3);
        Assert.That(script.State.Cases.Single().Number, Is.EqualTo(first), "one vote is no tie");
        script.Vote(2, 3, first, isGuilty: false);
        var second = script.Suspect(3);
        var open = script.State.Cases.Single();
        Assert.That((open.Number, open.Guilty, open.Innocent), Is.EqualTo((second, 0u, 0u)), "all managers look again");
        script.Vote(4, 3, first);
        Assert.That(script.State.Cases.Single().Guilty, Is.Zero, "the vote was for the old case");
    }

    [Test]
    public void Reports_about_an_unknown_seat_change_only_the_report_number()
    {
        var script = new AgreementScript();
        var before = script.Agreed();
        foreach (var report in new Report[]
        {
            new SuspicionReport(9, 1, SuspicionCause.Silent, 1), new VerdictReport(0, 1, 1, 1, [1, 2, 3]),
            new LossReport(5, 1, LossCause.Halted, 1), new DigestReport(255, 1, 1, 1000, 1), new RestartReport(9, 1, 1),
            new SettledReport(9, 1, 1), new OverdueReport(9, 1, 1), new VoteReport(9, 1, 1, 1, true, 1, 1),
        })
        {
            script.Order(report);
        }

        Assert.That((script.Agreed(), script.State.Number), Is.EqualTo((before, 8)));
        Assert.That(script.State.IsReplaced(9, 1), Is.False);
    }
}
