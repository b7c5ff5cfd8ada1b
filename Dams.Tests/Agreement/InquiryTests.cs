using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Mutation;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>A manager looks into a suspect or disputed replies for itself, and then votes.</summary>
internal sealed class InquiryTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    [Test]
    public void A_manager_watches_a_suspect_before_it_votes()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        var about = script.Suspect(3);
        script.Wait(script.Options.ProbeTime - s_moment);
        Assert.That(script.Reports, Is.Empty);
        script.Wait(s_moment);
        Assert.That(script.Reports,
            Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: true, View: 5, Seen: about) }));
    }

    [Test]
    [FailsWithout(nameof(ManagerMutants.BlindVote))]
    public void A_manager_that_gets_no_answers_does_not_vote()
    {
        var script = Watching();
        var well = script.Sightings.ToDictionary();
        script.Sightings.Clear();
        script.Suspect(3);
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Is.Empty);
        foreach (var (seat, sighting) in well.Where(pair => pair.Key != 3))
            script.Sightings.Add(seat, sighting);
        script.Wait(script.Options.ProbeTime * 2);
        Assert.That(script.Reports.OfType<VoteReport>().First().IsGuilty, "it hears others now, but never the suspect");
    }

    [Test]
    public void A_manager_that_hears_only_its_own_replica_does_not_vote()
    {
        var script = Watching();
        foreach (var elsewhere in new byte[] { 2, 3, 4 })
            script.Sightings.Remove(elsewhere);
        script.Suspect(3);
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Is.Empty);
    }

    // The suspect is one entry behind, because the sequencer died before it could say that the last entry is committed.
    [Test]
    public void A_suspect_that_stands_still_is_dead_only_if_a_sequencer_has_announced_the_commit()
    {
        var script = Watching();
        script.Sightings[3] = script.Sightings[3] with { Executed = 49 };
        script.IsLeaderHeard = false;
        script.Suspect(3);
        script.Wait(script.Options.StandstillPatience * 2);
        Assert.That(script.Reports, Is.Empty);
        (script.IsLeaderHeard, script.Commit) = (true, 49);
        script.Wait(script.Options.StandstillPatience * 2);
        Assert.That(script.Reports, Is.Empty, "the sequencer does not know of the commit either");
        script.Commit = 50;
        script.Wait(script.Options.StandstillPatience + script.Options.ProbeTime);
        Assert.That(script.Reports.OfType<VoteReport>().First().IsGuilty);
    }

    // A network that is cut for some seconds. A cut that ends within a watch is not the question here.
    [Test]
    [FailsWithout(nameof(ManagerMutants.StandstillIsDeath))]
    public void A_suspect_that_answers_and_moves_again_after_some_seconds_is_not_found_dead()
    {
        foreach (var seconds in new[] { 4, 6, 10, 15, 20 })
        {
            var script = Watching();
            script.Sightings[3] = script.Sightings[3] with { Executed = 40 };
            script.Suspect(3);
            script.Wait(TimeSpan.FromSeconds(seconds));
            Assert.That(script.Reports, Is.Empty, "no vote while it stands still");
            script.Sightings[3] = script.Sightings[3] with { Executed = 50 };
            script.Wait(script.Options.ProbeTime * 2);
            Assert.That(script.Reports.OfType<VoteReport>().Select(vote => vote.IsGuilty), Is.Not.Empty.And.All.False);
        }
    }

    [Test]
    [FailsWithout(nameof(ManagerMutants.StandstillIsForgiven))]
    public void A_suspect_that_answers_and_never_moves_is_found_dead_when_patience_is_over()
    {
        var script = Watching();
        script.Sightings[3] = script.Sightings[3] with { Executed = 40 };
        script.Suspect(3);
        script.Wait(script.Options.StandstillPatience - s_moment);
        Assert.That(script.Reports, Is.Empty);
        script.Wait(s_moment);
        Assert.That(script.Reports.OfType<VoteReport>().Single().IsGuilty);
    }

    // The patience is for replicas that answer. It must not protect one that dies meanwhile.
    [Test]
    [FailsWithout(nameof(ManagerMutants.EarlyAnswerIsEnough))]
    public void A_suspect_that_dies_while_it_stands_still_is_found_dead_within_two_watches()
    {
        var script = Watching();
        script.Sightings[3] = script.Sightings[3] with { Executed = 40 };
        script.Suspect(3);
        script.Wait(script.Options.ProbeTime * 2 + s_moment);
        script.Sightings.Remove(3);
        script.Wait(script.Options.ProbeTime * 2);
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => vote.IsGuilty), Is.EqualTo(new[] { true }));
    }

    [Test]
    [FailsWithout(nameof(ManagerMutants.BlindVote))]
    public void A_manager_that_stood_still_asks_for_the_replies_again()
    {
        var script = Watching();
        script.Order(new VerdictReport(3, IncarnationOf(3), 1, 77, [10, 11, 12]));
        script.Stand(script.Options.AnswerPatience + s_moment);
        script.Wait(TimeSpan.Zero);
        Assert.That(script.Reports, Is.Empty);
        script.Wait(script.Options.AnswerPatience);
        Assert.That(script.Reports.OfType<VoteReport>().Single().IsGuilty, Is.False,
            "it has asked for the whole time, and nobody has the replies");
    }

    // Its timers are due before it has asked any replica.
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

    // A restart was ordered before the vote, so the vote does not count and the case stays open. The manager must not stop looking.
    [Test]
    public void A_manager_looks_again_after_a_restart_has_voided_its_vote()
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
    public void A_suspect_that_answers_and_keeps_up_is_not_found_dead()
    {
        var script = Watching();
        var about = script.Suspect(3);
        script.Wait(script.Options.ProbeTime);
        Assert.That(script.Reports,
            Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: false, View: 0, Seen: about) }));
    }

    // Earlier, a healthy replica was replaced, because a foreign process had locked its folder while it restarted.
    [TestCase((byte)3, false)]
    [TestCase((byte)4, true, Description = "another replica is kept from running")]
    public void A_suspect_that_a_foreign_process_keeps_from_running_is_not_found_dead(byte blocked, bool isGuilty)
    {
        var script = Watching();
        script.Sightings.Remove(3);
        script.Suspect(3);
        script.Wait(TimeSpan.FromSeconds(1));
        script.Block(blocked);
        script.Wait(script.Options.ProbeTime);
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => vote.IsGuilty), Is.EqualTo(new[] { isGuilty }));
    }

    [Test]
    public void A_suspect_that_has_left_the_view_is_acquitted()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        script.Suspect(3);
        script.Show(6, ManagerScript.Member(1), ManagerScript.Member(2), ManagerScript.Member(4));
        script.Wait(script.Options.ProbeTime);
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => (vote.IsGuilty, vote.View)), Is.EqualTo(new[] { (false, 0L) }));
    }

    [Test]
    public void A_manager_does_not_vote_about_its_own_replica()
    {
        var script = Watching(id: 3);
        script.Suspect(3);
        script.Order(new VerdictReport(3, IncarnationOf(3), 1, 77, [10, 11, 12]));
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Is.Empty);
    }

    [Test]
    public void A_restarted_suspect_has_its_full_time_before_the_vote()
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
    public void A_restart_reported_at_the_end_of_the_watch_holds_the_vote()
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
    public void A_restarted_suspect_is_not_found_dead_by_earlier_sightings()
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

    [TestCase(2.0, 3.0, TestName = "A_suspect_that_is_back_during_the_watch_is_acquitted_at_its_end")]
    [TestCase(3.5, 3.75, TestName = "A_suspect_that_is_back_during_the_restart_hold_is_acquitted_at_once")]
    public void A_suspect_that_is_back_from_a_restart_is_not_watched_until_the_hold_ends(double backAfter, double acquittedAfter)
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
            foreach (var seat in script.Options.Seats)
                script.Answers[(seat, sequence)] = new StoredAnswer(sequence, Digest.Of([7]), Digest.Of([seat == 3 ? (byte)9 : (byte)1]));
        }

        var guilty = script.Order(new VerdictReport(3, IncarnationOf(3), 1, 77, [10, 11, 12]));
        var innocent = script.Order(new VerdictReport(4, IncarnationOf(4), 1, 77, [10, 11, 12]));
        script.Wait(s_moment);
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => (vote.Case, vote.IsGuilty, vote.View)),
            Is.EqualTo(new[] { (guilty, true, 5), (innocent, false, 0L) }));
    }

    [Test]
    public void A_late_reply_is_requested_again_before_it_counts_as_missing()
    {
        var script = Watching();
        for (var sequence = 10; sequence <= 12; sequence++)
        {
            for (byte seat = 2; seat <= 4; seat++)
                script.Answers[(seat, sequence)] = new StoredAnswer(sequence, Digest.Of([7]), Digest.Of([seat == 3 ? (byte)9 : (byte)1]));
        }

        var late = script.Answers[(3, 12)];
        script.Answers.Remove((3, 12));
        var first = script.Order(new VerdictReport(3, IncarnationOf(3), 1, 77, [10, 11, 12]));
        script.Wait(s_moment);
        Assert.That(script.Reports, Is.Empty);
        script.Answers[(3, 12)] = late;
        script.Wait(TimeSpan.FromSeconds(1));
        Assert.That(script.Reports.OfType<VoteReport>().Select(vote => (vote.Case, vote.IsGuilty)), Is.EqualTo(new[] { (first, true) }),
            "although replica 1 has not answered at all");

        script.Answers.Remove((4, 12));
        var second = script.Order(new VerdictReport(2, IncarnationOf(2), 1, 77, [10, 11, 12]));
        script.Wait(script.Options.AnswerPatience - s_moment);
        Assert.That(script.Reports, Has.Count.EqualTo(1));
        script.Wait(s_moment);
        Assert.That(script.Reports.OfType<VoteReport>().Skip(1).Select(vote => (vote.Case, vote.IsGuilty)),
            Is.EqualTo(new[] { (second, false) }));
    }

    [Test]
    public void A_vote_is_repeated_until_it_is_ordered()
    {
        var script = Watching();
        script.Suspect(3);
        script.Wait(script.Options.ProbeTime + TimeSpan.FromSeconds(5));
        Assert.That(script.Reports, Has.Count.EqualTo(2));
        script.Order(script.Reports[1]);
        script.Wait(TimeSpan.FromSeconds(10));
        Assert.That(script.Reports, Has.Count.EqualTo(2));
    }

    private static ManagerScript Watching(byte id = 1)
    {
        var script = new ManagerScript(id);
        script.ShowAll();
        return script;
    }
}
