using Dams.Hosting.Cluster;
using Dams.Ordering;

namespace Dams.Tests.Hosting;

/// <summary>When a name is looked up, and which of its addresses is used.</summary>
public sealed class NameScheduleTests
{
    [Test]
    public void A_name_without_an_address_is_looked_up_at_once_and_then_ever_more_seldom_but_never_given_up()
    {
        var schedule = new NameSchedule();
        List<int> looked = [];
        for (var second = 0; second < 120; second++)
        {
            if (!schedule.IsDue(At(second), null))
                continue;
            looked.Add(second);
            Assert.That(schedule.OnAnswer([], At(second)), Is.False);
        }

        Assert.That(looked, Is.EqualTo(new[] { 0, 1, 3, 7, 15, 31, 61, 91 }));
        Assert.That(schedule.IsDue(At(121), At(120)), Is.True, "somebody there was heard, but nothing can be sent");
        Assert.That(schedule.OnAnswer(["10.0.0.1"], At(121)), Is.True);
        Assert.That(schedule.Address, Is.EqualTo("10.0.0.1"));
    }

    [Test]
    public void A_name_is_looked_up_again_when_nobody_there_was_heard_for_half_a_minute()
    {
        var schedule = new NameSchedule();
        schedule.OnAnswer(["10.0.0.1"], At(0));
        Assert.That(schedule.IsDue(At(29), null), Is.False);
        Assert.That(schedule.IsDue(At(30), null), Is.True);
        Assert.That(schedule.IsDue(At(1000), At(971)), Is.False, "heard 29 s ago");
        Assert.That(schedule.IsDue(At(1000), At(970)), Is.True);
        schedule.OnAnswer(["10.0.0.1"], At(1000));
        Assert.That(schedule.IsDue(At(1029), At(970)), Is.False, "looked up 29 s ago");
    }

    [Test]
    public void A_silent_host_with_several_addresses_is_tried_at_each_in_turn()
    {
        var schedule = new NameSchedule();
        List<string?> used = [];
        for (var time = 0; time < 150; time += 30)
        {
            schedule.OnAnswer(["10.0.0.1", "10.0.0.2", "10.0.0.3"], At(time));
            used.Add(schedule.Address);
        }

        Assert.That(used, Is.EqualTo(new[] { "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1", "10.0.0.2" }));
        Assert.That(schedule.OnAnswer(["10.0.0.9"], At(150)), Is.True, "the host has moved");
        Assert.That(schedule.OnAnswer(["10.0.0.9"], At(180)), Is.False);
    }

    [Test]
    public void A_lookup_that_fails_later_changes_no_address()
    {
        var schedule = new NameSchedule();
        schedule.OnAnswer(["10.0.0.1"], At(0));
        Assert.That(schedule.OnAnswer([], At(30)), Is.False);
        Assert.That(schedule.Address, Is.EqualTo("10.0.0.1"));
        Assert.That((schedule.IsDue(At(59), null), schedule.IsDue(At(60), null)), Is.EqualTo((false, true)));
    }

    private static Instant At(int seconds) => new(TimeSpan.FromSeconds(seconds).Ticks, 0);
}
