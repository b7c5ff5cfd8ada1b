using Dams.Ordering;
using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Agreement;

/// <summary>Suspects that are dead, and suspects that are only slow.</summary>
internal sealed class SilenceProbeTests
{
    // Fractions of a probe's time.
    private const double Early = 0.1;
    private const double Late = 0.9;
    private const double LastThird = 2.0 / 3;

    private static readonly Instant s_began = new(1000, 0);

    private SilenceProbe _probe = null!;

    private static int WatchesOfPatience => (int)(AgreementScript.Rules.StandstillPatience / AgreementScript.Rules.ProbeTime);

    [SetUp]
    public void Begin() =>
        _probe = new SilenceProbe(
            new Case(7, Replica: 3, Incarnation: 30, CaseKind.Silent, OpenedAt: 0, []), self: 4, s_began,
            AgreementScript.Rules with { LagEntriesMax = 5000 });

    [Test]
    public void A_suspect_that_never_answers_is_dead_if_the_manager_hears_another_all_the_time()
    {
        for (var at = 0.25; at < 1; at += 0.25)
            See(1, 50, at);
        Assert.That((_probe.IsDeaf(At(1)), _probe.Finding), Is.EqualTo((false, SilenceFinding.Dead)));
    }

    [Test]
    public void A_manager_that_hears_no_replica_for_a_third_of_the_watch_stays_deaf()
    {
        Assert.That((_probe.IsDeaf(At(0.33)), _probe.IsDeaf(At(0.34))), Is.EqualTo((false, true)));
        See(1, 50, 0.3);
        Assert.That((_probe.IsDeaf(At(0.63)), _probe.IsDeaf(At(0.64))), Is.EqualTo((false, true)));
        See(2, 50, 0.7);
        Assert.That(_probe.IsDeaf(At(0.7)), "the lost answers may have been the suspect's only ones");
    }

    [Test]
    public void The_suspects_answers_do_not_show_that_the_manager_hears_others()
    {
        See(3, 50, 0.2);
        See(3, 50, 0.4);
        Assert.That(_probe.IsDeaf(At(0.4)));
    }

    [Test]
    public void A_suspect_that_stands_still_behind_two_others_is_watched_further()
    {
        See(3, 40, Early);
        See(1, 50, Early);
        See(2, 41, Early);
        See(3, 40, Late);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.StandsStill));
    }

    // A network that is cut for a while comes back. A replica that hangs does not.
    [Test]
    public void A_suspect_that_stands_still_at_one_number_is_dead_when_patience_is_over()
    {
        for (var watch = 1; watch < WatchesOfPatience; watch++)
        {
            StandStill();
            Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.StandsStill), $"watch {watch}");
            _probe = _probe.Next(s_began);
        }

        StandStill();
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Dead));
    }

    [Test]
    public void A_suspect_that_has_moved_between_two_watches_begins_its_patience_anew()
    {
        for (var watch = 1; watch < WatchesOfPatience; watch++)
        {
            StandStill();
            _probe = _probe.Next(s_began);
        }

        StandStill(at: 48);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.StandsStill));
        _probe = _probe.Next(s_began);
        StandStill(at: 48);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.StandsStill));
    }

    [Test]
    public void A_watch_that_begins_again_neither_counts_nor_resets_the_patience()
    {
        for (var watch = 1; watch < WatchesOfPatience; watch++)
        {
            StandStill();
            _probe = _probe.Again(s_began);
            StandStill();
            _probe = _probe.Next(s_began);
        }

        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Dead), "it has not answered in this watch at all");
        StandStill();
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Dead), "its patience is over");
    }

    // A replica whose disk hangs may go on executing, and its replies are right. But nothing that it stores is ever on disk.
    [Test]
    public void A_suspect_whose_disk_stands_still_stands_still()
    {
        See(1, 60, Early);
        See(2, 60, Early);
        See(3, 45, Early, durable: 40);
        See(3, 55, Late, durable: 40);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.StandsStill));
    }

    // It may have died in the middle of the watch. The next watch finds that out.
    [Test]
    public void A_suspect_that_does_not_answer_at_the_end_of_a_watch_is_watched_further()
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 50, Early);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Unclear));
        _probe = _probe.Next(s_began);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Dead), "it never answers in the next one");
    }

    [TestCase(0.1, 0.3, TestName = "A_suspect_seen_only_early_is_not_found_standing_still")]
    [TestCase(0.8, 0.9, TestName = "A_suspect_seen_only_late_is_not_found_standing_still")]
    [TestCase(0.6, 0.7, TestName = "A_suspect_seen_only_for_a_moment_is_not_found_standing_still")]
    public void A_suspect_that_was_not_seen_for_a_while_is_not_found_standing_still(double first, double last)
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 40, first);
        See(3, 40, last);
        See(1, 60, Late);
        Assert.That(_probe.Finding, Is.EqualTo(last < LastThird ? SilenceFinding.Unclear : SilenceFinding.Alive));
    }

    [Test]
    public void The_progress_of_one_other_replica_is_no_measure()
    {
        See(3, 40, Early);
        See(1, long.MaxValue, Early);
        See(2, 40, Early);
        See(3, 40, Late);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Alive), "the second of the others has executed 40 only");
    }

    [Test]
    public void A_moving_suspect_that_is_further_behind_than_logs_are_kept_is_dead()
    {
        See(1, 5042, Early);
        See(2, 5042, Early);
        See(3, 40, Early);
        See(3, 41, Late);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Dead));
    }

    [Test]
    public void A_moving_suspect_within_reach_of_the_logs_is_only_slow()
    {
        See(1, 5000, Early);
        See(2, 5000, Early);
        See(3, 40, Early);
        See(3, 41, Late);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Alive));
    }

    [Test]
    public void A_suspect_that_stands_still_with_all_others_is_not_dead()
    {
        See(3, 50, Early);
        See(1, 50, Early);
        See(2, 49, Early);
        See(3, 50, Late);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Alive));
    }

    [Test]
    public void Entries_that_others_execute_late_in_the_watch_are_no_measure()
    {
        See(3, 50, Early);
        See(1, 50, Early);
        See(2, 50, Early);
        See(1, 60, Late);
        See(2, 60, Late);
        See(3, 50, Late);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Alive));
    }

    [Test]
    public void Another_incarnation_in_the_seat_is_not_the_suspect()
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 40, Early, incarnation: 31);
        See(3, 40, Late, incarnation: 31);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Alive));
    }

    [Test]
    public void A_suspect_that_waits_before_a_poison_entry_is_not_dead()
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 40, Early, waitingBefore: 41);
        See(3, 40, Late, waitingBefore: 41);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Alive));
    }

    [Test]
    public void A_suspect_whose_disk_is_full_is_not_dead()
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 40, Early, isShortOfRoom: true);
        See(3, 40, Late, isShortOfRoom: true);
        Assert.That(_probe.Finding, Is.EqualTo(SilenceFinding.Alive));
    }

    // A manager reaches its own host however broken the network is.
    [Test]
    public void A_manager_that_hears_only_its_own_replica_is_deaf()
    {
        for (var at = 0.25; at < 1; at += 0.25)
            See(4, 50, at);
        Assert.That(_probe.IsDeaf(At(0.75)));
    }

    [Test]
    public void A_suspect_that_stands_still_without_a_sequencer_may_have_missed_the_last_commit()
    {
        StandStill();
        Assert.That((_probe.IsWithoutLeader(At(0.33)), _probe.IsWithoutLeader(At(0.34))), Is.EqualTo((false, true)));
        _probe.OnLeaderHeard(new SequenceNumber(50), At(0.35));
        Assert.That(_probe.IsWithoutLeader(At(0.35)), "the suspect has hardly had the time to hear the commit");
    }

    [Test]
    public void A_suspect_that_stands_still_while_a_sequencer_announces_commits_has_no_excuse()
    {
        for (var at = 0.2; at < 1; at += 0.2)
            _probe.OnLeaderHeard(new SequenceNumber(50), At(at));
        StandStill();
        Assert.That((_probe.Finding, _probe.IsWithoutLeader(At(1))), Is.EqualTo((SilenceFinding.StandsStill, false)));
    }

    [Test]
    public void A_sequencer_whose_commit_is_behind_the_others_does_not_count_as_heard()
    {
        StandStill();
        for (var at = 0.2; at < 1; at += 0.2)
            _probe.OnLeaderHeard(new SequenceNumber(49), At(at));
        Assert.That(_probe.IsWithoutLeader(At(1)));
    }

    [Test]
    public void A_suspect_that_never_answers_is_dead_even_without_a_sequencer() =>
        Assert.That((_probe.Finding, _probe.IsWithoutLeader(At(1))), Is.EqualTo((SilenceFinding.Dead, false)));

    private void StandStill(long at = 49)
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, at, Early);
        See(3, at, Late);
    }

    private void See(
        byte replica, long executed, double at, ulong? incarnation = null, long? waitingBefore = null, bool isShortOfRoom = false,
        long durable = long.MaxValue)
    {
        var sighting = new ReplicaSighting(
            incarnation ?? (ulong)replica * 10, false, executed, WaitingBefore: waitingBefore, IsShortOfRoom: isShortOfRoom,
            Durable: durable);
        _probe.OnSighting(replica, sighting, At(at));
    }

    private static Instant At(double part) => s_began + (AgreementScript.Rules.ProbeTime * part);
}
