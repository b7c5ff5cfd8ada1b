using Dams.ReplicaManager.Agreement;
using Dams.Tests.Mutation;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>Managers that don't know yet of a replica's restart can't vote it dead.</summary>
internal sealed class RestartHoldTests
{
    // Bug: voted dead while its manager restarts it.
    [Test]
    [FailsWithout(nameof(ManagerMutants.RestartIsNotHeld))]
    public void Votes_cast_without_knowledge_of_a_restart_do_not_count()
    {
        var script = new AgreementScript();
        var about = script.Suspect(3);
        script.Vote(1, 3, about);
        var restart = script.RestartOf(3, 1);
        Assert.That(script.State.Cases.Single().Guilty, Is.Zero, "an earlier vote is taken back");
        script.Vote(2, 3, about, seen: restart - 1);
        Assert.That(script.State.Cases.Single().Guilty, Is.Zero, "a vote that was on its way comes too late");
        script.Vote(1, 3, about, seen: restart);
        Assert.That(script.State.Active, Is.Null);
        script.Vote(2, 3, about);
        Assert.That(script.State.Active?.Cause, Is.EqualTo(ReplacementCause.Dead), "both voters know of the restart and have looked again");
    }

    [Test]
    public void A_restart_holds_only_votes_for_the_death_of_that_replica()
    {
        var script = new AgreementScript();
        var (silent, wrong, other) = (script.Suspect(3), script.Accuse(3), script.Suspect(4));
        script.Vote(1, 3, wrong);
        script.Vote(1, 4, other);
        var restart = script.RestartOf(3, 1);
        script.Vote(2, 3, wrong, seen: restart - 1);
        Assert.That(script.State.Active?.Cause, Is.EqualTo(ReplacementCause.Wrong));
        Assert.That(script.State.Cases.Single().Guilty, Is.EqualTo(1u << 1), "the case of the other replica is left");
        Assert.That(silent, Is.Positive);
    }

    [Test]
    public void A_not_guilty_vote_counts_without_knowledge_of_the_restart()
    {
        var script = new AgreementScript();
        var about = script.Suspect(3);
        var restart = script.RestartOf(3, 1);
        script.Vote(1, 3, about, isGuilty: false, seen: restart - 1);
        script.Vote(2, 3, about, isGuilty: false, seen: restart - 1);
        Assert.That(script.State.Cases, Is.Empty);
    }

    [Test]
    public void The_fourth_restart_in_ten_minutes_holds_no_votes()
    {
        var script = new AgreementScript();
        script.RestartOf(3, 1);
        script.RestartOf(3, 2);
        var third = script.RestartOf(3, 3);
        var about = script.Suspect(3);
        script.Vote(1, 3, about, seen: third);
        script.RestartOf(3, 4);
        Assert.That((script.State.HeldSince(3), script.State.Cases.Single().Guilty), Is.EqualTo((third, 1u << 1)));
        script.Vote(2, 3, about, seen: third);
        Assert.That(script.State.Active?.Cause, Is.EqualTo(ReplacementCause.Dead));
    }

    // Each attempt to start a replica is reported, even if it can't be started. Events are for people, so they don't repeat that.
    [Test]
    public void Restarts_beyond_the_third_in_ten_minutes_cause_one_event()
    {
        var script = new AgreementScript();
        for (var i = 1; i <= 100; i++)
            script.RestartOf(3, i);
        Assert.That((script.Told.Count(), script.State.Events.Last().Text),
            Is.EqualTo((4, script.State.Events.Single(told => told.Text.Contains("too often", StringComparison.Ordinal)).Text)));
        script.Pass(Rules.ReplacementsWithin + TimeSpan.FromMilliseconds(1));
        for (var i = 101; i <= 200; i++)
            script.RestartOf(3, i);
        Assert.That(script.Told.Count(), Is.EqualTo(8), "after the ten minutes it goes on, and causes events again");
    }

    [Test]
    public void Restarts_are_forgotten_after_ten_minutes()
    {
        var script = new AgreementScript();
        for (var i = 1; i <= 3; i++)
            script.RestartOf(3, i);
        script.Pass(Rules.ReplacementsWithin);
        script.RestartOf(3, 4);
        Assert.That(script.State.HeldSince(3), Is.EqualTo(3), "the ten minutes are not quite over");
        script.Pass(TimeSpan.FromMilliseconds(1));
        var fifth = script.RestartOf(3, 5);
        Assert.That(script.State.HeldSince(3), Is.EqualTo(fifth));
    }

    [Test]
    public void A_restart_that_is_ordered_twice_counts_once()
    {
        var script = new AgreementScript();
        var first = script.RestartOf(3, 1);
        script.RestartOf(3, 1);
        Assert.That((script.State.HeldSince(3), script.State.Events.Count), Is.EqualTo((first, 1)));
    }

    [Test]
    public void A_restart_that_is_ordered_again_after_a_later_one_has_no_effect()
    {
        var script = new AgreementScript();
        script.RestartOf(3, 1);
        var second = script.RestartOf(3, 2);
        var about = script.Suspect(3);
        script.Vote(1, 3, about);
        script.RestartOf(3, 1);
        Assert.That((script.State.HeldSince(3), script.State.Cases.Single().Guilty), Is.EqualTo((second, 1u << 1)));
        Assert.That(script.State.Events.Count(happening => happening.Kind == AgreedEventKind.Restarting), Is.EqualTo(2));
    }
}
