using Dams.Contracts.Reports;
using Dams.Hosting.Topology;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Mutation;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>The order of agreed replacements: which comes first, when they wait, and when there are too many.</summary>
internal sealed class ReplacementTests
{
    // Bug: crashed and wrong replaced at once.
    [Test]
    [FailsWithout(nameof(ManagerMutants.ReplacesAtOnce))]
    public void Replacements_are_carried_out_one_at_a_time()
    {
        var script = new AgreementScript();
        script.Bury(3);
        script.Convict(4);
        var waitsNext = script.State.Queue.Select(waiting => waiting.Replica).SingleOrDefault();
        Assert.That((script.State.Active?.Replica, waitsNext, script.State.Replacements), Is.EqualTo(((byte?)3, (byte)4, 1)));
        script.Pass(TimeSpan.FromSeconds(3));
        script.Settle(3);
        Assert.That(
            (script.State.Active?.Replica, script.State.Active?.StartedAt, script.State.Queue.Count, script.State.Replacements),
            Is.EqualTo(((byte?)4, (long?)script.Time, 0, 2)));
        script.Settle(4);
        Assert.That(script.State.Active, Is.Null);
    }

    [Test]
    public void Crashed_replicas_are_replaced_before_wrong_ones_and_otherwise_in_order_of_decision()
    {
        var script = new AgreementScript(Rules with { DonorsMin = 1 });
        script.Lose(1);
        script.Convict(2);
        script.Convict(4);
        script.Bury(3);
        var order = new List<byte>();
        while (script.State.Active is { } active)
        {
            order.Add(active.Replica);
            script.Settle(active.Replica);
        }

        Assert.That(order, Is.EqualTo(new byte[] { 1, 3, 2, 4 }));
    }

    // Bug: replaced without enough to copy from.
    [Test]
    [FailsWithout(nameof(ManagerMutants.DonorsAreNotCounted))]
    public void No_replica_is_replaced_without_two_to_copy_from()
    {
        var script = new AgreementScript();
        script.Lose(1);
        script.GiveUp(1);
        script.Lose(2);
        Assert.That(script.State.Active?.Replica, Is.EqualTo(2), "two are healthy");
        script.GiveUp(2);
        var number = script.Lose(3);
        Assert.That((script.State.Active, script.State.Queue.Select(waiting => waiting.Number).SingleOrDefault()),
            Is.EqualTo(((Decision?)null, number)));
        Assert.That((script.Told.Last(), script.Alarms[^1]), Is.EqualTo((AgreedEventKind.Alarm,
            "replica3 can't be replaced: fewer than 2 healthy replicas are left to copy from")));
        script.Suspect(4);
        Assert.That(script.Told.Last(), Is.EqualTo(AgreedEventKind.Suspicion), "the alarm is raised once");
        script.Settle(1);
        Assert.That((script.State.Active?.Replica, script.State.Queue.Count), Is.EqualTo(((byte?)3, 0)), "two are healthy again");
    }

    // Bug: replaced for ever.
    // It is degraded until the ten minutes are over.
    [Test]
    [FailsWithout(nameof(ManagerMutants.ReplacesForEver))]
    public void A_seat_replaced_three_times_in_ten_minutes_is_degraded()
    {
        var script = new AgreementScript();
        script.LoseThreeTimes(3);

        Assert.That(script.Alarms, Has.One.StartsWith("replica3 is degraded: replaced 3 times in 10 minutes"));
        Assert.That(script.StandingOf(3), Is.EqualTo("degraded"));
        script.Pass(Rules.ReplacementsWithin + TimeSpan.FromMilliseconds(1));
        Assert.That((script.Alarms.Count, script.StandingOf(3)), Is.EqualTo((0, (string?)null)), "although nothing was reported since");
        script.Pass(TimeSpan.FromMilliseconds(-1));
        script.Lose(3, life: 4);
        Assert.That((script.State.Active, script.State.Queue.Count, script.Told.Last(), script.State.Replacements),
            Is.EqualTo(((Decision?)null, 0, AgreedEventKind.Degraded, 3)));
        Assert.That(script.State.IsReplaced(3, IncarnationOf(3, 4)), Is.False, "its loss may be reported again");
        script.Lose(4);
        Assert.That(script.State.Active?.Replica, Is.EqualTo(4), "another seat is not degraded");
        script.Settle(4);
        script.Pass(TimeSpan.FromMilliseconds(1));
        script.Lose(3, life: 4);
        Assert.That((script.State.Active?.Incarnation, script.Alarms.Count), Is.EqualTo(((ulong?)IncarnationOf(3, 4), 0)));
    }

    [Test]
    public void A_degraded_seat_whose_incarnation_is_lost_is_no_donor()
    {
        var script = new AgreementScript();
        script.LoseThreeTimes(3);

        script.Lose(1);
        script.GiveUp(1);
        script.Lose(2);
        Assert.That(script.State.Active?.Replica, Is.EqualTo(2), "replica 3 is healthy, as far as anyone knows");
        script.Settle(2);
        script.Lose(3, life: 4);
        var number = script.Lose(4);
        Assert.That((script.State.Active, script.State.Queue.Single().Number), Is.EqualTo(((Decision?)null, number)),
            "only replica 2 is left to copy from");
        script.Order(new SettledReport(3, IncarnationOf(3, 4), script.State.LeftAlone(3)!.Number));
        Assert.That(script.State.Active?.Number, Is.EqualTo(number), "another incarnation votes in seat 3");
    }

    [Test]
    public void A_degraded_seat_queues_for_replacement_again_after_its_ten_minutes()
    {
        var script = new AgreementScript();
        script.LoseThreeTimes(3);

        script.Lose(1);
        script.GiveUp(1);
        script.Lose(3, life: 4);
        script.Lose(4);
        script.Pass(Rules.ReplacementsWithin + TimeSpan.FromMilliseconds(1));
        script.Lose(3, life: 4);
        Assert.That(script.State.Queue.Select(waiting => waiting.Replica), Is.EqualTo(new byte[] { 4, 3 }),
            "both wait for replicas to copy from");
    }

    [Test]
    public void An_overdue_replacement_counts_as_dead_until_settled_and_does_not_hold_up_others()
    {
        var script = new AgreementScript();
        script.Lose(3);
        script.Convict(4);
        var first = script.State.Active!;
        script.GiveUp(3);
        Assert.That((script.State.Active?.Replica, script.State.Unsettled(3)), Is.EqualTo(((byte?)4, first)),
            "the turn of the next one has come");
        Assert.That(script.Alarms.Single(), Does.StartWith("replica3 is dead"));
        var told = script.State.Events.Count;
        script.Order(new OverdueReport(3, first.Incarnation, first.Number));
        Assert.That((script.State.Active?.Replica, script.State.Events.Count), Is.EqualTo(((byte?)4, told)), "another manager's report");
        script.Settle(3);
        Assert.That((script.State.Unsettled(3), script.State.Active?.Replica, script.Alarms.Count, script.Told.Last()),
            Is.EqualTo(((Decision?)null, (byte?)4, 0, AgreedEventKind.ReplacementDone)));
    }

    [Test]
    public void A_settled_or_overdue_report_about_another_decision_is_ignored()
    {
        var script = new AgreementScript();
        script.Lose(3);
        var before = script.Agreed();
        script.Order(new SettledReport(3, IncarnationOf(3), script.State.Active!.Number + 1));
        script.Order(new OverdueReport(3, IncarnationOf(3), script.State.Active!.Number - 1));
        Assert.That(script.Agreed(), Is.EqualTo(before));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_newer_decision_about_a_seat_supersedes_an_unsettled_one(bool isOverdue)
    {
        var script = new AgreementScript();
        var first = script.Lose(3);
        if (isOverdue)
            script.GiveUp(3);
        var second = script.Lose(3, life: 2);
        Assert.That((script.State.Active?.Number, script.State.Unsettled(3)?.Number, script.State.Queue.Count),
            Is.EqualTo(((long?)second, (long?)second, 0)));
        script.Order(new SettledReport(3, IncarnationOf(3), first));
        Assert.That(script.State.Active?.Number, Is.EqualTo(second), "the first decision can no longer be settled");
        script.Settle(3);
        Assert.That((script.State.Active, script.State.Unsettled(3)), Is.EqualTo(((Decision?)null, (Decision?)null)));
    }

    [Test]
    public void A_newer_decision_about_a_seat_supersedes_a_waiting_one()
    {
        var script = new AgreementScript();
        script.Lose(4);
        script.Lose(3);
        var second = script.Lose(3, life: 2);
        Assert.That(script.State.Queue.Select(waiting => waiting.Number), Is.EqualTo(new[] { second }));
    }

    // Bug: replaced because of what its predecessor did.
    [Test]
    [FailsWithout(nameof(ManagerMutants.CaseOutlivesIncarnation))]
    public void Reports_about_a_replaced_incarnation_are_ignored()
    {
        var script = new AgreementScript();
        script.Suspect(3);
        script.Accuse(3);
        script.Lose(3);
        Assert.That((script.State.Cases.Count, script.State.IsReplaced(3, IncarnationOf(3))), Is.EqualTo((0, true)));
        script.Settle(3);
        var before = script.Agreed();
        script.Suspect(3);
        script.Accuse(3);
        script.FindStateOther(1, 3);
        script.RestartOf(3, 1);
        script.Lose(3);
        Assert.That(script.Agreed(), Is.EqualTo(before));
        script.Suspect(3, life: 2);
        Assert.That(script.State.Cases.Single().Incarnation, Is.EqualTo(IncarnationOf(3, 2)), "the next incarnation has cases of its own");
    }

    [Test]
    public void The_version_changes_when_a_replacement_begins_unless_the_folder_was_lost()
    {
        var script = new AgreementScript(OptionsOf(ClusterTopology.Default(versions: ["A", "B", "C", "D", "E"])) with { DonorsMin = 1 });
        script.Lose(1);
        script.Bury(2);
        script.Convict(3);
        script.FindStateOther(1, 4);
        script.FindStateOther(2, 4);
        Assert.That(Turns(script), Is.EqualTo(new[] { 0, 0, 0, 0 }), "three of them wait");
        while (script.State.Active is { } active)
            script.Settle(active.Replica);
        Assert.That(Turns(script), Is.EqualTo(new[] { 0, 3, 4, 4 }), "E, then B, which is free by then, then C");
    }

    private static IEnumerable<int> Turns(AgreementScript script) => Rules.Seats.Select(script.State.VersionTurns);
}
