using Dams.Contracts.Management;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using NUnit.Framework;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>What a manager looks at for itself, and what it says then.</summary>
internal sealed class InquiryTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    [Test]
    public void A_suspect_is_watched_before_a_vote()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        var about = script.Suspect(3);
        script.Wait(script.Options.ProbeTime - s_moment);
        Assert.That(script.Reports, Is.Empty);
        script.Wait(s_moment);
        Assert.That(script.Reports, Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: true, View: 5, Seen: about) }));
    }

    [Test]
    public void A_manager_that_nobody_answers_votes_about_nobody() => OnlyWithoutMutant(ManagementMutant.BlindVote, options =>
    {
        var script = Watching(options: options);
        var well = script.Sightings.ToDictionary();
        script.Sightings.Clear();
        script.Suspect(3);
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Is.Empty);
        foreach (var (slot, sighting) in well.Where(pair => pair.Key != 3))
            script.Sightings.Add(slot, sighting);
        script.Wait(options.ProbeTime * 2);
        Assert.That(script.Reports.OfType<VoteReport>().First().IsGuilty, "it sees others now, and never the suspect");
    });

    [Test]
    public void A_manager_that_only_its_own_replica_answers_votes_about_nobody()
    {
        var script = Watching();
        foreach (var elsewhere in new byte[] { 2, 3, 4 })
            script.Sightings.Remove(elsewhere);
        script.Suspect(3);
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Is.Empty);
    }

    // It is one entry behind, because the sequencer died before it could say that the last one is committed.
    [Test]
    public void Who_stands_still_while_nobody_reigns_is_looked_at_again_and_who_does_then_is_dead()
    {
        var script = Watching();
        script.Sightings[3] = script.Sightings[3] with { Executed = 49 };
        script.IsReignHeard = false;
        script.Suspect(3);
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Is.Empty);
        (script.IsReignHeard, script.Commit) = (true, 49);
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Is.Empty, "who reigns doesn't know either");
        script.Commit = 50;
        script.Wait(script.Options.ProbeTime * 2);
        Assert.That(script.Reports.OfType<VoteReport>().First().IsGuilty);
    }

    [Test]
    public void A_manager_that_stood_still_asks_for_the_replies_again() => OnlyWithoutMutant(ManagementMutant.BlindVote, options =>
    {
        var script = Watching(options: options);
        script.Order(new VerdictReport(3, IncarnationOf(3), 1, 77, [10, 11, 12]));
        script.Stand(options.AnswerPatience + s_moment);
        script.Wait(TimeSpan.Zero);
        Assert.That(script.Reports, Is.Empty);
        script.Wait(options.AnswerPatience);
        Assert.That(script.Reports.OfType<VoteReport>().Single().IsGuilty, Is.False, "it has asked all the time, and nobody has them");
    });

    // Its timers are due before it has asked anyone.
    [Test]
    public void A_manager_that_stood_still_looks_again()
    {
        var script = Watching();
        var well = script.Sightings[3];
        script.Sightings.Remove(3);
        script.Suspect(3);
        script.Wait(TimeSpan.FromMilliseconds(100));
        script.Stand(script.Options.ProbeTime);
        script.Wait(TimeSpan.Zero);
        script.Sightings[3] = well;
        script.Wait(script.Options.ProbeTime - s_moment);
        Assert.That(script.Reports, Is.Empty);
        script.Wait(s_moment);
        Assert.That(script.Reports.OfType<VoteReport>().Single().IsGuilty, Is.False);
    }

    // The vote counts for nothing, because a restart was ordered before it: it may be the end of the looking no more than of the case.
    [Test]
    public void A_vote_that_a_restart_has_voided_is_followed_by_another_look()
    {
        var script = Watching();
        var well = script.Sightings[3];
        script.Sightings.Remove(3);
        script.Suspect(3);
        script.Wait(script.Options.ProbeTime);
        Assert.That(script.Reports.OfType<VoteReport>().Single().IsGuilty);
        script.Order(new RestartReport(3, IncarnationOf(3), 1));
        script.Wait(TimeSpan.FromSeconds(1));
        script.Sightings[3] = well;
        script.Wait(script.Options.ProbeTime);
        Assert.That(script.Reports.OfType<VoteReport>().Skip(1).Select(vote => vote.IsGuilty), Is.Not.Empty.And.All.False);
    }

    [Test]
    public void One_that_answers_and_is_where_the_others_are_is_not_found_dead()
    {
        var script = Watching();
        var about = script.Suspect(3);
        script.Wait(script.Options.ProbeTime);
        Assert.That(script.Reports, Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: false, View: 0, Seen: about) }));
    }

    [Test]
    public void Who_is_not_in_the_view_is_accused_of_nothing()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        script.Suspect(3);
        script.Show(6, ManagerScript.Member(1), ManagerScript.Member(2), ManagerScript.Member(4));
        script.Wait(script.Options.ProbeTime);
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => (vote.IsGuilty, vote.View)), Is.EqualTo(new[] { (false, 0L) }));
    }

    [Test]
    public void The_own_replicas_case_is_for_the_others()
    {
        var script = Watching(id: 3);
        script.Suspect(3);
        script.Order(new VerdictReport(3, IncarnationOf(3), 1, 77, [10, 11, 12]));
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Is.Empty);
    }

    [Test]
    public void A_suspect_that_is_started_again_has_its_time_before_the_vote()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        script.Suspect(3);
        script.Wait(TimeSpan.FromSeconds(1));
        var restart = script.Order(new RestartReport(3, IncarnationOf(3), 1));
        script.Wait(script.Options.RestartHold - s_moment);
        Assert.That(script.Reports, Is.Empty);
        script.Wait(s_moment);
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => (vote.IsGuilty, vote.Seen)), Is.EqualTo(new[] { (true, restart) }));
    }

    [Test]
    public void A_restart_that_comes_with_the_end_of_the_watch_holds_the_vote()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        script.Suspect(3);
        script.Wait(script.Options.ProbeTime - TimeSpan.FromTicks(1));
        script.Stand(TimeSpan.FromTicks(1));
        script.Order(new RestartReport(3, IncarnationOf(3), 1), isWithTimer: true);
        script.Wait(script.Options.RestartHold - s_moment);
        Assert.That(script.Reports, Is.Empty);
    }

    [Test]
    public void Who_comes_back_from_a_restart_is_not_found_dead_by_what_was_seen_before()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        script.Suspect(3);
        script.Wait(script.Options.ProbeTime);
        script.Order(script.Reports.Single());
        script.Order(new RestartReport(3, IncarnationOf(3), 1));
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3), false, 50);
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports.OfType<VoteReport>().Skip(1).Select(vote => vote.IsGuilty), Is.Not.Empty.And.All.False);
    }

    [TestCase(2.0, 3.0, TestName = "Who_is_back_before_the_watch_ends_is_acquitted_then")]
    [TestCase(3.5, 3.75, TestName = "Who_is_back_before_its_restart_has_had_its_time_is_acquitted_then")]
    public void Who_is_back_from_a_restart_is_not_watched_to_the_end_of_its_time(double backAfter, double acquittedAfter)
    {
        var script = Watching();
        script.Sightings.Remove(3);
        script.Suspect(3);
        script.Order(new RestartReport(3, IncarnationOf(3), 1));
        script.Wait(TimeSpan.FromSeconds(backAfter));
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3), false, 50);
        script.Wait(TimeSpan.FromSeconds(acquittedAfter - backAfter) - s_moment);
        Assert.That(script.Reports, Is.Empty);
        script.Wait(s_moment);
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => vote.IsGuilty), Is.EqualTo(new[] { false }));
    }

    [Test]
    public void Disputed_replies_are_fetched_and_compared()
    {
        var script = Watching();
        for (var sequence = 10; sequence <= 12; sequence++)
        {
            foreach (var slot in script.Options.Slots)
                script.Answers[(slot, sequence)] = new StoredAnswer(sequence, Digest.Of([7]), Digest.Of([slot == 3 ? (byte)9 : (byte)1]));
        }

        var guilty = script.Order(new VerdictReport(3, IncarnationOf(3), 1, 77, [10, 11, 12]));
        var innocent = script.Order(new VerdictReport(4, IncarnationOf(4), 1, 77, [10, 11, 12]));
        script.Wait(s_moment);
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => (vote.Case, vote.IsGuilty, vote.View)), Is.EqualTo(new[] { (guilty, true, 5), (innocent, false, 0L) }));
    }

    [Test]
    public void A_reply_that_does_not_come_in_time_is_asked_for_again_before_it_is_taken_to_be_gone()
    {
        var script = Watching();
        for (var sequence = 10; sequence <= 12; sequence++)
        {
            for (byte slot = 2; slot <= 4; slot++)
                script.Answers[(slot, sequence)] = new StoredAnswer(sequence, Digest.Of([7]), Digest.Of([slot == 3 ? (byte)9 : (byte)1]));
        }

        var late = script.Answers[(3, 12)];
        script.Answers.Remove((3, 12));
        var first = script.Order(new VerdictReport(3, IncarnationOf(3), 1, 77, [10, 11, 12]));
        script.Wait(s_moment);
        Assert.That(script.Reports, Is.Empty);
        script.Answers[(3, 12)] = late;
        script.Wait(TimeSpan.FromSeconds(1));
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => (vote.Case, vote.IsGuilty)), Is.EqualTo(new[] { (first, true) }), "though the first replica has said nothing at all");

        script.Answers.Remove((4, 12));
        var second = script.Order(new VerdictReport(2, IncarnationOf(2), 1, 77, [10, 11, 12]));
        script.Wait(script.Options.AnswerPatience - s_moment);
        Assert.That(script.Reports, Has.Count.EqualTo(1));
        script.Wait(s_moment);
        Assert.That(script.Reports.OfType<VoteReport>().Skip(1).Select(vote => (vote.Case, vote.IsGuilty)), Is.EqualTo(new[] { (second, false) }));
    }

    [Test]
    public void A_vote_that_was_not_ordered_is_given_again()
    {
        var script = Watching();
        script.Suspect(3);
        script.Wait(script.Options.ProbeTime + TimeSpan.FromSeconds(5));
        Assert.That(script.Reports, Has.Count.EqualTo(2));
        script.Order(script.Reports[1]);
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Has.Count.EqualTo(2));
    }

    [Test]
    public void State_digests_are_compared_every_other_second_and_a_minority_is_told()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports, Is.EqualTo(new[] { new DigestReport(3, IncarnationOf(3), 1, Checkpoint: 1000, View: 5) }));
        Check(script, 2000, liar: null);
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports, Has.Count.EqualTo(1));
        Check(script, 3000, liar: 1);
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports, Has.Count.EqualTo(1), "its own replica is for the others");
    }

    [Test]
    public void A_minority_that_was_agreed_on_to_go_is_not_told_again()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        script.Decide(3);
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty);
    }

    [Test]
    public void A_state_that_another_manager_found_other_is_looked_at_where_that_was()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        Check(script, 2000, liar: null);
        script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        Assert.That(script.Reports, Is.EqualTo(new[] { new DigestReport(3, IncarnationOf(3), 1, Checkpoint: 1000, View: 5) }));
        script.Wait(script.Options.DigestInterval - s_moment);
        Assert.That(script.Reports, Has.Count.EqualTo(1), "once");
    }

    [Test]
    public void A_state_that_this_manager_finds_with_the_majority_where_another_did_not_is_not_seen() => OnlyWithoutMutant(ManagementMutant.StateIsNeverAcquitted, options =>
    {
        var script = Watching(options: options);
        Check(script, 1000, liar: null);
        var about = script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        Assert.That(script.Reports, Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: false, View: 0, Seen: about) }));
        script.Order(script.Reports.Single());
        script.Wait(5 * script.Options.DigestInterval);
        Assert.That(script.Reports, Has.Count.EqualTo(1), "it has voted");
    });

    [Test]
    public void Where_nobody_has_the_checkpoint_any_more_the_next_that_is_compared_tells_and_an_earlier_one_does_not()
    {
        var script = Watching();
        var about = script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        Check(script, 500, liar: null);
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty);
        Check(script, 2000, liar: null);
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports, Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: false, View: 0, Seen: about) }));
    }

    [Test]
    public void A_divided_state_acquits_nobody()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        script.Digests[(4, 1000)] = script.Digests[(3, 1000)];
        script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty);
    }

    [Test]
    public void The_state_of_the_own_replica_is_for_the_others()
    {
        var script = Watching(id: 3);
        Check(script, 1000, liar: null);
        script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty);
    }

    [Test]
    public void The_state_of_one_that_has_gone_is_not_waited_for_once_a_later_view_shows_it()
    {
        var script = Watching();
        Check(script, 1000, liar: null);
        var about = script.Order(new DigestReport(3, IncarnationOf(3, 2), Manager: 2, Checkpoint: 1000, View: 6));
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty, "this view may be the older one");
        script.Show(7, ManagerScript.Member(1), ManagerScript.Member(2), ManagerScript.Member(3, life: 3), ManagerScript.Member(4));
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports, Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3, 2), 1, about, IsGuilty: false, View: 0, Seen: about) }));
        script.Order(script.Reports.Single());
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Has.Count.EqualTo(1), "it has voted");
    }

    [Test]
    public void A_comparison_that_was_under_way_when_a_state_was_found_other_acquits_nobody()
    {
        var script = Watching();
        Check(script, 2000, liar: null);
        script.HoldDigests();
        script.Wait(script.Options.DigestInterval);
        var about = script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        script.GiveDigests();
        Assert.That(script.Reports, Is.Empty);
        script.Wait(script.Options.DigestInterval + script.Options.AnswerPatience);
        Assert.That(script.Reports.Distinct(), Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: false, View: 0, Seen: about) }), "the next one does");
    }

    [Test]
    public void A_minority_that_stays_is_told_every_five_seconds()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        script.Wait(TimeSpan.FromSeconds(20));
        Assert.That(script.Reports.Count, Is.InRange(3, 4));
    }

    private static ManagerScript Watching(byte id = 1, ManagementOptions? options = null)
    {
        var script = new ManagerScript(id, options);
        script.ShowAll();
        return script;
    }

    /// <summary>All take a checkpoint; one may have another state.</summary>
    private static void Check(ManagerScript script, long checkpoint, byte? liar)
    {
        foreach (var slot in script.Options.Slots)
        {
            script.Sightings[slot] = script.Sightings[slot] with { Checkpoint = checkpoint };
            script.Digests[(slot, checkpoint)] = Digest.Of([slot == liar ? (byte)9 : (byte)1]);
        }
    }
}
