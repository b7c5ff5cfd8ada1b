using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using NUnit.Framework;

namespace Dams.Tests.Agreement;

/// <summary>Who is dead, and who is only slow.</summary>
internal sealed class SilenceProbeTests
{
    // Parts of a probe's time.
    private const double Early = 0.1;
    private const double Late = 0.9;

    private static readonly Instant s_began = new(1000, 0);

    private SilenceProbe _probe = null!;

    [SetUp]
    public void Begin() =>
        _probe = new SilenceProbe(new Case(7, Replica: 3, Incarnation: 30, CaseKind.Silent, OpenedAt: 0, []), self: 4, s_began, AgreementScript.Rules with { LagEntriesMax = 5000 });

    [Test]
    public void Who_never_answers_is_dead_for_who_hears_another_all_the_time()
    {
        for (var at = 0.25; at < 1; at += 0.25)
            See(1, 50, at);
        Assert.That((_probe.IsDeaf(At(1)), _probe.IsDead), Is.EqualTo((false, true)));
    }

    [Test]
    public void Whom_nobody_answers_for_a_third_of_the_watch_is_deaf_and_was()
    {
        Assert.That((_probe.IsDeaf(At(0.33)), _probe.IsDeaf(At(0.34))), Is.EqualTo((false, true)));
        See(1, 50, 0.3);
        Assert.That((_probe.IsDeaf(At(0.63)), _probe.IsDeaf(At(0.64))), Is.EqualTo((false, true)));
        See(2, 50, 0.7);
        Assert.That(_probe.IsDeaf(At(0.7)), "it may have been the suspect's only answers that were lost");
    }

    [Test]
    public void The_suspects_own_answers_are_no_sign_of_hearing()
    {
        See(3, 50, 0.2);
        See(3, 50, 0.4);
        Assert.That(_probe.IsDeaf(At(0.4)));
    }

    [Test]
    public void Who_stands_still_below_what_others_had_executed_is_dead()
    {
        See(3, 40, Early);
        See(1, 50, Early);
        See(2, 41, Early);
        See(3, 40, Late);
        Assert.That(_probe.IsDead);
    }

    [TestCase(0.1, 0.3, TestName = "Nobody_stands_still_who_was_seen_early_only")]
    [TestCase(0.8, 0.9, TestName = "Nobody_stands_still_who_was_seen_late_only")]
    [TestCase(0.6, 0.7, TestName = "Nobody_stands_still_who_was_seen_for_a_moment")]
    public void Nobody_stands_still_who_was_not_seen_for_a_while(double first, double last)
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 40, first);
        See(3, 40, last);
        See(1, 60, Late);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void What_one_other_says_it_has_executed_is_no_measure()
    {
        See(3, 40, Early);
        See(1, long.MaxValue, Early);
        See(2, 40, Early);
        See(3, 40, Late);
        Assert.That(_probe.IsDead, Is.False, "two others are at 40");
    }

    [Test]
    public void Who_moves_and_is_further_behind_than_the_others_keep_their_logs_is_given_up()
    {
        See(1, 5042, Early);
        See(2, 5042, Early);
        See(3, 40, Early);
        See(3, 41, Late);
        Assert.That(_probe.IsDead);
    }

    [Test]
    public void Who_moves_is_slow_however_far_it_is_behind()
    {
        See(1, 5000, Early);
        See(2, 5000, Early);
        See(3, 40, Early);
        See(3, 41, Late);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void Who_stands_still_where_everyone_does_is_well()
    {
        See(3, 50, Early);
        See(1, 50, Early);
        See(2, 49, Early);
        See(3, 50, Late);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void Nobody_is_measured_by_what_others_have_executed_just_now()
    {
        See(3, 50, Early);
        See(1, 50, Early);
        See(2, 50, Early);
        See(1, 60, Late);
        See(2, 60, Late);
        See(3, 50, Late);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void Another_incarnation_in_its_place_is_not_the_suspect()
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 40, Early, incarnation: 31);
        See(3, 40, Late, incarnation: 31);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void Who_waits_before_a_poison_entry_stands_still_for_a_reason()
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 40, Early, waitingBefore: 41);
        See(3, 40, Late, waitingBefore: 41);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void A_replica_whose_disk_is_full_stands_still_for_a_reason()
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 40, Early, isShortOfRoom: true);
        See(3, 40, Late, isShortOfRoom: true);
        Assert.That(_probe.IsDead, Is.False);
    }

    // Its own host is there through any broken network.
    [Test]
    public void Who_hears_its_own_replica_alone_is_deaf()
    {
        for (var at = 0.25; at < 1; at += 0.25)
            See(4, 50, at);
        Assert.That(_probe.IsDeaf(At(0.75)));
    }

    [Test]
    public void Who_stands_still_while_nobody_reigns_may_have_missed_the_last_word()
    {
        StandStill();
        Assert.That((_probe.IsDead, _probe.IsWithoutReign(At(0.33)), _probe.IsWithoutReign(At(0.34))), Is.EqualTo((true, false, true)));
        _probe.OnReignHeard(new SequenceNumber(50), At(0.35));
        Assert.That(_probe.IsWithoutReign(At(0.35)), "it has hardly had the time to hear it");
    }

    [Test]
    public void Who_stands_still_while_a_sequencer_says_all_the_time_what_is_committed_is_dead()
    {
        for (var at = 0.2; at < 1; at += 0.2)
            _probe.OnReignHeard(new SequenceNumber(50), At(at));
        StandStill();
        Assert.That((_probe.IsDead, _probe.IsWithoutReign(At(1))), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_sequencer_that_does_not_know_yet_what_others_have_executed_has_told_nobody()
    {
        StandStill();
        for (var at = 0.2; at < 1; at += 0.2)
            _probe.OnReignHeard(new SequenceNumber(49), At(at));
        Assert.That(_probe.IsWithoutReign(At(1)));
    }

    [Test]
    public void Who_never_answers_is_dead_whoever_reigns() => Assert.That((_probe.IsDead, _probe.IsWithoutReign(At(1))), Is.EqualTo((true, false)));

    private void StandStill()
    {
        See(1, 50, Early);
        See(2, 50, Early);
        See(3, 49, Early);
        See(3, 49, Late);
    }

    private void See(
        byte replica, long executed, double at, ulong? incarnation = null, long? waitingBefore = null, bool isShortOfRoom = false)
    {
        var sighting = new ReplicaSighting(
            incarnation ?? (ulong)replica * 10, false, executed, WaitingBefore: waitingBefore, IsShortOfRoom: isShortOfRoom);
        _probe.OnSighting(replica, sighting, At(at));
    }

    private static Instant At(double part) => s_began + (AgreementScript.Rules.ProbeTime * part);
}
