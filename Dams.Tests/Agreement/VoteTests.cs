using Dams.Contracts.Reports;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Mutation;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>Two managers other than the accused's own decide, by what they have seen for themselves.</summary>
internal sealed class VoteTests
{
    [Test]
    [FailsWithout(nameof(ManagerMutants.OneVoteDecides))]
    public void Two_votes_decide_and_one_does_not()
    {
        var script = new AgreementScript();
        var about = script.Suspect(3);
        script.Vote(1, 3, about, view: 7);
        Assert.That((script.State.Active, script.State.Queue.Count, script.State.Cases.Count), Is.EqualTo(((Decision?)null, 0, 1)));
        var number = script.Vote(2, 3, about, view: 6);
        var decision = new Decision(number, 3, IncarnationOf(3), ReplacementCause.Dead, script.Time, View: 7) { StartedAt = script.Time };
        Assert.That(script.State.Active, Is.EqualTo(decision), "the decision names the newest view that had the accused");
        Assert.That(script.State.Cases, Is.Empty);
        Assert.That(script.Told.Skip(1),
            Is.EqualTo(new[] { AgreedEventKind.ReplacementDecided, AgreedEventKind.ReplacementStarted }));
    }

    [Test]
    [FailsWithout(nameof(ManagerMutants.OwnManagerVotes))]
    public void The_accuseds_own_manager_has_no_vote()
    {
        var script = new AgreementScript();
        var about = script.Suspect(3);
        script.Vote(3, 3, about);
        script.Vote(1, 3, about);
        Assert.That(script.State.Active, Is.Null);
        Assert.That(script.State.Cases.Single().Guilty, Is.EqualTo(1u << 1));
    }

    [Test]
    public void An_unknown_manager_has_no_vote()
    {
        var script = new AgreementScript();
        var about = script.Suspect(3);
        foreach (var stranger in new byte[] { 0, 5, 35, 255 })
            script.Vote(stranger, 3, about);
        Assert.That(script.State.Cases.Single().Guilty, Is.Zero);
    }

    [Test]
    [FailsWithout(nameof(ManagerMutants.VotesAreCountedTwice))]
    public void A_vote_that_is_ordered_twice_counts_once()
    {
        var script = new AgreementScript();
        var about = script.Suspect(3);
        script.Vote(1, 3, about);
        script.Vote(1, 3, about);
        script.Vote(1, 3, about, isGuilty: false);
        Assert.That(script.State.Active, Is.Null);
        Assert.That((script.State.Cases.Single().Guilty, script.State.Cases.Single().Innocent), Is.EqualTo((1u << 1, 0u)),
            "the manager's first vote stands");
    }

    [Test]
    public void Two_not_guilty_votes_dismiss_a_suspicion()
    {
        var script = new AgreementScript();
        var about = script.Suspect(3);
        script.Vote(1, 3, about, isGuilty: false);
        Assert.That(script.State.Cases, Has.Count.EqualTo(1));
        script.Vote(2, 3, about, isGuilty: false);
        Assert.That((script.State.Cases.Count, script.Told.Last()), Is.EqualTo((0, AgreedEventKind.Dismissed)));
        script.Vote(4, 3, about);
        Assert.That((script.State.Cases.Count, script.State.Active), Is.EqualTo((0, (Decision?)null)),
            "a late vote does not open the case again");
    }

    // Either the front end errs, or the replica answers each asker differently.
    [Test]
    public void Two_not_guilty_votes_about_wrong_replies_dismiss_the_case_with_an_alarm()
    {
        var script = new AgreementScript();
        var about = script.Accuse(3);
        script.Vote(1, 3, about, isGuilty: false);
        script.Vote(2, 3, about, isGuilty: false);
        Assert.That((script.State.Cases.Count, script.State.Active, script.Told.Last()),
            Is.EqualTo((0, (Decision?)null, AgreedEventKind.Alarm)));
    }

    [Test]
    public void One_not_guilty_vote_does_not_outweigh_two_guilty_votes()
    {
        var script = new AgreementScript();
        var about = script.Accuse(3);
        script.Vote(1, 3, about, isGuilty: false);
        script.Vote(2, 3, about);
        Assert.That(script.State.Active, Is.Null);
        script.Vote(4, 3, about);
        Assert.That(script.State.Active?.Cause, Is.EqualTo(ReplacementCause.Wrong));
    }

    [Test]
    public void A_vote_counts_only_in_its_own_case()
    {
        var script = new AgreementScript();
        var (silent, wrong) = (script.Suspect(3), script.Accuse(3));
        script.Vote(1, 3, silent);
        script.Vote(2, 3, wrong);
        script.Order(new VoteReport(3, IncarnationOf(3, 2), 2, silent, true, 5, script.Number));
        script.Order(new VoteReport(4, IncarnationOf(3), 2, silent, true, 5, script.Number));
        Assert.That(script.State.Active, Is.Null);
        Assert.That(script.State.Cases.Select(open => open.Guilty), Is.EqualTo(new[] { 1u << 1, 1u << 2 }));
    }

    [Test]
    public void A_minority_digest_found_by_two_managers_decides()
    {
        var script = new AgreementScript();
        script.FindStateOther(3, 3);
        Assert.That(script.State.Cases, Is.Empty, "its own manager has no vote");
        script.FindStateOther(1, 3, view: 8);
        script.FindStateOther(1, 3, view: 9);
        Assert.That((script.State.Active, script.State.Cases.Single().Kind), Is.EqualTo(((Decision?)null, CaseKind.State)));
        script.FindStateOther(4, 3, view: 7);
        Assert.That((script.State.Active?.Cause, script.State.Active?.View), Is.EqualTo((ReplacementCause.StateDiffers, 8)));
        Assert.That(script.Told, Is.EqualTo(new[]
        {
            AgreedEventKind.CheckpointDiffers, AgreedEventKind.ReplacementDecided, AgreedEventKind.ReplacementStarted,
        }));
    }

    [Test]
    public void Two_managers_that_find_the_state_right_dismiss_the_case_with_an_alarm()
    {
        var script = new AgreementScript();
        var about = script.FindStateOther(1, 3);
        Assert.That((script.State.Cases.Single().Checkpoint, script.StandingOf(3)), Is.EqualTo((1000, "suspected")));
        script.Vote(2, 3, about, isGuilty: false);
        Assert.That(script.State.Cases, Has.Count.EqualTo(1));
        script.Vote(4, 3, about, isGuilty: false);
        Assert.That((script.State.Cases.Count, script.State.Active, script.StandingOf(3)), Is.EqualTo((0, (Decision?)null, (string?)null)));
        Assert.That((script.State.Events.Last().Kind, script.State.Events.Last().Text), Is.EqualTo((AgreedEventKind.Alarm,
            "its state at checkpoint 1000 was in the minority, but other managers found it with the majority there or later, "
            + "or found the replica gone. "
            + "Either the state has recovered, or the replica has left, or it answers each asker differently")));
        Assert.That(script.FindStateOther(2, 3), Is.EqualTo(script.State.Cases.Single().Number), "a later finding opens another case");
    }

    [Test]
    public void A_not_guilty_vote_about_a_state_does_not_outweigh_two_and_may_be_changed()
    {
        var script = new AgreementScript();
        var about = script.FindStateOther(2, 3);
        script.Vote(1, 3, about, isGuilty: false);
        Assert.That((script.State.Cases.Single().Guilty, script.State.Cases.Single().Innocent), Is.EqualTo((1u << 2, 1u << 1)));
        script.FindStateOther(4, 3);
        Assert.That(script.State.Active?.Cause, Is.EqualTo(ReplacementCause.StateDiffers));

        script = new AgreementScript();
        about = script.FindStateOther(2, 3);
        script.Vote(1, 3, about, isGuilty: false);
        script.FindStateOther(1, 3);
        Assert.That(script.State.Active?.Cause, Is.EqualTo(ReplacementCause.StateDiffers));
    }

    [TestCase(LossCause.FolderLost, "folder is gone")]
    [TestCase(LossCause.Halted, "halted")]
    [TestCase(LossCause.Poisoned, "killed it twice")]
    [TestCase(LossCause.CannotStart, "can't be started")]
    [TestCase(LossCause.FolderOutdated, "older copy")]
    public void A_loss_that_the_own_manager_reports_decides_at_once(LossCause cause, string why)
    {
        var script = new AgreementScript();
        script.Suspect(3);
        var number = script.Lose(3, cause: cause);
        Assert.That((script.State.Active?.Number, script.State.Active?.Cause, script.State.Active?.View),
            Is.EqualTo((number, ReplacementCause.Lost, 5)));
        Assert.That(script.State.Cases, Is.Empty, "there is nothing left to look into");
        Assert.That(script.State.Events.Single(happening => happening.Kind == AgreedEventKind.ReplacementDecided).Text,
            Does.Contain(why));
    }
}
