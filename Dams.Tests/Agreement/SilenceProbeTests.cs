using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using NUnit.Framework;

namespace Dams.Tests.Agreement;

/// <summary>Who is dead, and who is only slow.</summary>
internal sealed class SilenceProbeTests
{
    private SilenceProbe _probe = null!;

    [SetUp]
    public void Begin() => _probe = new SilenceProbe(new Case(7, Replica: 3, Incarnation: 30, CaseKind.Silent, OpenedAt: 0, []), new Instant(1000, 0), lagMax: 5000);

    [Test]
    public void Who_never_answers_is_dead() => Assert.That(_probe.IsDead);

    [Test]
    public void Who_stands_still_below_what_others_had_executed_is_dead()
    {
        See(3, 40);
        See(1, 50);
        See(2, 41);
        See(3, 40);
        Assert.That(_probe.IsDead);
    }

    [Test]
    public void What_one_other_says_it_has_executed_is_no_measure()
    {
        See(3, 40);
        See(1, long.MaxValue);
        See(2, 40);
        See(3, 40);
        Assert.That(_probe.IsDead, Is.False, "two others are at 40");
    }

    [Test]
    public void Who_moves_and_is_further_behind_than_the_others_keep_their_logs_is_given_up()
    {
        See(1, 5042);
        See(2, 5042);
        See(3, 40);
        See(3, 41);
        Assert.That(_probe.IsDead);
    }

    [Test]
    public void Who_moves_is_slow_however_far_it_is_behind()
    {
        See(1, 5000);
        See(2, 5000);
        See(3, 40);
        See(3, 41);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void Who_stands_still_where_everyone_does_is_well()
    {
        See(3, 50);
        See(1, 50);
        See(2, 49);
        See(3, 50);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void Nobody_is_measured_by_what_others_have_executed_just_now()
    {
        See(3, 50);
        See(1, 50);
        See(2, 50);
        See(1, 60, isEarly: false);
        See(2, 60, isEarly: false);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void Another_incarnation_in_its_place_is_not_the_suspect()
    {
        See(1, 50);
        See(2, 50);
        See(3, 40, incarnation: 31);
        Assert.That(_probe.IsDead, Is.False);
    }

    [Test]
    public void Who_waits_before_a_poison_entry_stands_still_for_a_reason()
    {
        See(1, 50);
        See(2, 50);
        _probe.OnSighting(3, new ReplicaSighting(30, false, 40, WaitingBefore: 41), isEarly: true);
        Assert.That(_probe.IsDead, Is.False);
    }

    private void See(byte replica, long executed, ulong? incarnation = null, bool isEarly = true) =>
        _probe.OnSighting(replica, new ReplicaSighting(incarnation ?? (ulong)replica * 10, false, executed), isEarly);
}
