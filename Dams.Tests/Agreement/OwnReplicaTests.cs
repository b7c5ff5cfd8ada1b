using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>Facts about a replica that only its own manager can know and report.</summary>
internal sealed class OwnReplicaTests
{
    private static readonly TimeSpan s_look = Rules.WatchInterval;
    private static readonly StoredAnswer s_passed = new(51, Digest.Of([1]), Digest.Of([2]));

    [Test]
    public void Each_restart_of_an_ended_process_is_reported()
    {
        var script = Watching();
        script.OnReplicaExited();
        script.Wait(s_look);
        script.OnReplicaExited();
        var restarts = script.Reports.OfType<RestartReport>().ToList();
        Assert.That(restarts.Select(restart => (restart.Replica, restart.Incarnation)),
            Is.EqualTo(Enumerable.Repeat(((byte)3, IncarnationOf(3)), 2)));
        Assert.That(restarts[0].Restart, Is.LessThan(restarts[1].Restart));
        Assert.That(script.SetAside, Is.Empty);
    }

    [Test]
    public void A_replica_that_keeps_ending_without_an_answer_is_reported_as_lost()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        for (var i = 1; i <= Rules.FailedStartsMax; i++)
        {
            Assert.That((Losses(script).Count, script.SetAside.Count), Is.EqualTo((0, 0)));
            script.OnReplicaExited();
            script.Wait(s_look);
        }

        Assert.That(Losses(script), Is.EqualTo(new[] { new LossReport(3, IncarnationOf(3), LossCause.CannotStart, 5) }));
        Assert.That(script.SetAside, Is.EqualTo(new[] { IncarnationOf(3) }), "the folder is set aside unless it is the member's");
    }

    [Test]
    public void A_restart_for_another_version_is_reported_and_is_no_failed_start()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        for (var i = 1; i <= 2 * Rules.FailedStartsMax; i++)
            script.OnReplicaRestarts();
        Assert.That(script.Reports.OfType<RestartReport>().Select(restart => restart.Restart).Distinct().Count(),
            Is.EqualTo(2 * Rules.FailedStartsMax), "all numbers differ within one millisecond");
        Assert.That((Losses(script).Count, script.SetAside.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void A_restart_number_is_higher_than_the_last_agreed_one_even_if_the_clock_is_behind()
    {
        var script = Watching();
        var ahead = script.Now.UnixMilliseconds + 1_000_000;
        script.Order(new RestartReport(3, IncarnationOf(3), ahead));
        script.OnReplicaExited();
        Assert.That(script.Reports.OfType<RestartReport>().Single().Restart, Is.GreaterThan(ahead));
    }

    [Test]
    public void A_replica_that_answers_between_restarts_is_not_lost()
    {
        var script = Watching();
        for (var i = 1; i <= 2 * Rules.FailedStartsMax; i++)
        {
            script.OnReplicaExited();
            script.Wait(2 * s_look);
        }

        Assert.That((Losses(script).Count, script.SetAside.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void A_replica_that_never_joined_the_view_is_set_aside_without_a_decision()
    {
        var script = Watching();
        script.Sightings.Remove(3);
        script.Show(6, ManagerScript.Member(1), ManagerScript.Member(2), ManagerScript.Member(4));
        for (var i = 1; i <= Rules.FailedStartsMax; i++)
            script.OnReplicaExited();
        Assert.That((Losses(script).Count, script.SetAside.Single()), Is.EqualTo((0, 0ul)));
    }

    [Test]
    public void Nothing_is_set_aside_before_a_view_is_known()
    {
        var script = new ManagerScript(id: 3);
        script.Sightings.Remove(3);
        for (var i = 1; i <= 2 * Rules.FailedStartsMax; i++)
            script.OnReplicaExited();
        Assert.That((Losses(script).Count, script.SetAside.Count), Is.EqualTo((0, 0)), "the folder may be the member's");
    }

    [Test]
    public void A_new_incarnation_that_the_old_one_blocks_shows_a_lost_folder()
    {
        var script = Watching();
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3, 2), false, 0, BlockedBy: IncarnationOf(3));
        script.Wait(s_look);
        Assert.That(Losses(script), Is.EqualTo(new[] { new LossReport(3, IncarnationOf(3), LossCause.FolderLost, 5) }));
    }

    // A copy from before the first epoch looks like a new folder. Its incarnation would join again, and could never be replaced again.
    [TestCase(true)]
    [TestCase(false)]
    public void A_copy_of_the_folder_of_an_incarnation_replaced_earlier_is_set_aside(bool isSeatTaken)
    {
        var script = Watching();
        var decision = script.Decide(3);
        script.Show(7, ManagerScript.Member(1), ManagerScript.Member(2), ManagerScript.Member(4));
        script.Wait(2 * s_look);
        Assert.That(script.SetAsideAsReplaced, Is.Empty, "the replacement is under way, and has a duty of its own");
        script.Order(new SettledReport(3, IncarnationOf(3), decision));
        if (isSeatTaken)
            script.Show(8, ManagerScript.Member(1), ManagerScript.Member(2), ManagerScript.Member(3, life: 2), ManagerScript.Member(4));
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3), false, 0, BlockedBy: isSeatTaken ? IncarnationOf(3, 2) : null);
        script.Wait(2 * s_look);
        Assert.That(script.SetAsideAsReplaced, Is.Not.Empty.And.All.EqualTo(IncarnationOf(3)));
        Assert.That(Losses(script), Is.Empty, "the seat's member is reported as lost by the incarnation that comes next");
    }

    [Test]
    public void A_halted_replica_is_reported_as_lost()
    {
        var script = Watching();
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3), true, 50);
        script.Wait(s_look);
        Assert.That(Losses(script), Is.EqualTo(new[] { new LossReport(3, IncarnationOf(3), LossCause.Halted, 5) }));
    }

    [Test]
    public void A_replica_that_waits_before_an_entry_is_lost_when_two_others_have_passed_it()
    {
        var script = Watching();
        script.Sightings[1] = script.Sightings[1] with { Executed = 51 };
        script.Answers[(1, 51)] = s_passed;
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3), false, 50, WaitingBefore: 51);
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(Losses(script), Is.Empty, "only one has passed it: the entry may kill the others");
        script.Sightings[4] = script.Sightings[4] with { Executed = 51 };
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(Losses(script), Is.Empty, "the second has no stored reply: it only says that it has executed the entry");
        script.Answers[(4, 51)] = s_passed with { Result = Digest.Of([9]) };
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(Losses(script), Is.Empty, "their replies differ: one of the two is wrong");
        script.Answers[(4, 51)] = s_passed;
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(Losses(script), Is.EqualTo(new[] { new LossReport(3, IncarnationOf(3), LossCause.Poisoned, 5) }));
    }

    // The others no longer keep a reply that is so old.
    [Test]
    public void Two_equal_states_at_a_later_checkpoint_show_that_an_entry_was_passed()
    {
        var script = Watching();
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3), false, 50, WaitingBefore: 51);
        script.Sightings[1] = script.Sightings[1] with { Executed = 90_000, Checkpoint = 89_000 };
        script.Sightings[4] = script.Sightings[4] with { Executed = 90_000, Checkpoint = 90_000 };
        script.Digests[(4, 89_000)] = Digest.Of([1]);
        script.Digests[(4, 90_000)] = Digest.Of([2]);
        script.Digests[(1, 89_000)] = Digest.Of([3]);
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(Losses(script), Is.Empty, "their states differ");
        script.Digests[(1, 89_000)] = Digest.Of([1]);
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(Losses(script), Is.EqualTo(new[] { new LossReport(3, IncarnationOf(3), LossCause.Poisoned, 5) }));
    }

    [Test]
    public void An_incarnation_that_is_not_in_the_view_has_passed_no_entry()
    {
        var script = Watching();
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3), false, 50, WaitingBefore: 51);
        foreach (byte other in new byte[] { 1, 4 })
        {
            script.Sightings[other] = new ReplicaSighting(IncarnationOf(other) + 1, false, 60);
            script.Answers[(other, 51)] = s_passed;
        }

        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(Losses(script), Is.Empty);
    }

    [Test]
    public void A_loss_is_reported_once_a_minute_until_it_is_agreed_on()
    {
        var script = Watching();
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3), true, 50);
        script.Wait(script.Options.ReplacementPatience - (2 * s_look));
        Assert.That(Losses(script), Has.Count.EqualTo(1));
        script.Wait(4 * s_look);
        Assert.That(Losses(script), Has.Count.EqualTo(2), "the seat may have been degraded, or the report lost");
        script.Order(Losses(script)[0]);
        script.Reports.Clear();
        script.Wait(2 * script.Options.ReplacementPatience);
        Assert.That(Losses(script), Is.Empty);
    }

    [Test]
    public void A_halted_replica_outside_the_view_is_no_loss()
    {
        var script = Watching();
        script.Show(6, ManagerScript.Member(1), ManagerScript.Member(2), ManagerScript.Member(4));
        script.Sightings[3] = new ReplicaSighting(IncarnationOf(3), true, 50);
        script.Wait(script.Options.ReplacementPatience);
        Assert.That(Losses(script), Is.Empty);
    }

    private static List<Report> Losses(ManagerScript script) => [.. script.Reports.Where(report => report is LossReport)];

    private static ManagerScript Watching()
    {
        var script = new ManagerScript(id: 3);
        script.ShowAll();
        return script;
    }
}
