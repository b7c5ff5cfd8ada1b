using Dams.ReplicaManager.Agreement;
using NUnit.Framework;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>A replica whose manager starts it again is not voted dead by those who don't know it yet.</summary>
internal sealed class RestartHoldTests
{
    [Test]
    public void Votes_that_did_not_know_of_a_restart_count_for_nothing() => OnlyWithoutMutant(ManagementMutant.RestartIsNotHeld, options =>
    {
        var script = new AgreementScript(options);
        var about = script.Suspect(3);
        script.Vote(1, 3, about);
        var restart = script.RestartOf(3, 1);
        Assert.That(script.State.Cases.Single().Guilty, Is.Zero, "one given before is taken back");
        script.Vote(2, 3, about, seen: restart - 1);
        Assert.That(script.State.Cases.Single().Guilty, Is.Zero, "one that was on its way is too late");
        script.Vote(1, 3, about, seen: restart);
        Assert.That(script.State.Active, Is.Null);
        script.Vote(2, 3, about);
        Assert.That(script.State.Active?.Cause, Is.EqualTo(ReplacementCause.Dead), "those who know have looked again");
    });

    [Test]
    public void A_restart_holds_no_vote_about_something_else()
    {
        var script = new AgreementScript();
        var (silent, wrong, other) = (script.Suspect(3), script.Accuse(3), script.Suspect(4));
        script.Vote(1, 3, wrong);
        script.Vote(1, 4, other);
        var restart = script.RestartOf(3, 1);
        script.Vote(2, 3, wrong, seen: restart - 1);
        Assert.That(script.State.Active?.Cause, Is.EqualTo(ReplacementCause.Wrong));
        Assert.That(script.State.Cases.Single().Guilty, Is.EqualTo(1u << 1), "the other replica's");
        Assert.That(silent, Is.Positive);
    }

    [Test]
    public void Who_finds_it_alive_need_not_know_of_its_restart()
    {
        var script = new AgreementScript();
        var about = script.Suspect(3);
        var restart = script.RestartOf(3, 1);
        script.Vote(1, 3, about, isGuilty: false, seen: restart - 1);
        script.Vote(2, 3, about, isGuilty: false, seen: restart - 1);
        Assert.That(script.State.Cases, Is.Empty);
    }

    [Test]
    public void The_fourth_restart_in_ten_minutes_holds_nothing()
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

    // Of what can't be started, each attempt is reported: the events are for people.
    [Test]
    public void Who_ends_too_often_is_told_of_once()
    {
        var script = new AgreementScript();
        for (var i = 1; i <= 100; i++)
            script.RestartOf(3, i);
        Assert.That((script.Told.Count(), script.State.Events.Last().Text), Is.EqualTo((4, script.State.Events.Single(told => told.Text.Contains("too often", StringComparison.Ordinal)).Text)));
        script.Pass(Rules.ReplacementsWithin + TimeSpan.FromMilliseconds(1));
        for (var i = 101; i <= 200; i++)
            script.RestartOf(3, i);
        Assert.That(script.Told.Count(), Is.EqualTo(8), "it goes on, and is told again");
    }

    [Test]
    public void Restarts_are_forgotten_after_ten_minutes()
    {
        var script = new AgreementScript();
        for (var i = 1; i <= 3; i++)
            script.RestartOf(3, i);
        script.Pass(Rules.ReplacementsWithin);
        script.RestartOf(3, 4);
        Assert.That(script.State.HeldSince(3), Is.EqualTo(3), "not quite over");
        script.Pass(TimeSpan.FromMilliseconds(1));
        var fifth = script.RestartOf(3, 5);
        Assert.That(script.State.HeldSince(3), Is.EqualTo(fifth));
    }

    [Test]
    public void A_restart_that_is_ordered_twice_is_one()
    {
        var script = new AgreementScript();
        var first = script.RestartOf(3, 1);
        script.RestartOf(3, 1);
        Assert.That((script.State.HeldSince(3), script.State.Events.Count), Is.EqualTo((first, 1)));
    }

    [Test]
    public void A_restart_that_is_ordered_again_after_a_later_one_is_one()
    {
        var script = new AgreementScript();
        script.RestartOf(3, 1);
        var second = script.RestartOf(3, 2);
        var about = script.Suspect(3);
        script.Vote(1, 3, about);
        script.RestartOf(3, 1);
        Assert.That((script.State.HeldSince(3), script.State.Cases.Single().Guilty), Is.EqualTo((second, 1u << 1)));
        Assert.That(script.State.Events.Count(happening => happening.Kind == ManagementEventKind.Restarting), Is.EqualTo(2));
    }
}
