using Dams.FrontEnd.Coordination;

namespace Dams.Tests.Coordination;

/// <summary>How long the front end waits for late replies.</summary>
internal sealed class SilenceLimitTests
{
    private static readonly CoordinatorOptions s_options = new() { SpreadsKept = 10 };

    [Test]
    public void Before_any_spread_was_measured_the_limit_has_its_initial_value() =>
        Assert.That(new SilenceLimit(s_options).Current, Is.EqualTo(s_options.SilenceFirst));

    [Test]
    public void The_limit_is_twice_the_longest_recent_spread_within_bounds()
    {
        var limit = new SilenceLimit(s_options);
        limit.OnSpread(TimeSpan.FromMilliseconds(300));
        limit.OnSpread(TimeSpan.FromMilliseconds(200));
        Assert.That(limit.Current, Is.EqualTo(TimeSpan.FromMilliseconds(600)));
        limit.OnSpread(TimeSpan.FromMinutes(1));
        Assert.That(limit.Current, Is.EqualTo(s_options.SilenceMax));
        var fast = new SilenceLimit(s_options);
        fast.OnSpread(TimeSpan.FromMilliseconds(1));
        Assert.That(fast.Current, Is.EqualTo(s_options.SilenceMin));
    }

    // Bug: slowest-ever limit inflated by one pause.
    [Test]
    public void One_pause_does_not_inflate_the_limit_for_ever()
    {
        var limit = new SilenceLimit(s_options);
        limit.OnSpread(TimeSpan.FromSeconds(4));
        for (var i = 0; i < s_options.SpreadsKept - 1; i++)
            limit.OnSpread(TimeSpan.FromMilliseconds(200));
        Assert.That(limit.Current, Is.EqualTo(TimeSpan.FromSeconds(8)));
        limit.OnSpread(TimeSpan.FromMilliseconds(200));
        Assert.That(limit.Current, Is.EqualTo(TimeSpan.FromMilliseconds(400)));
    }

    [Test]
    public void The_longest_spread_of_the_window_is_found_in_any_sequence()
    {
        var limit = new SilenceLimit(s_options);
        var random = new Dams.Ordering.Protocol.SeededRandom(1);
        var all = new List<TimeSpan>();
        for (var i = 0; i < 1000; i++)
        {
            all.Add(TimeSpan.FromMilliseconds(200 + (random.Below(20) * 10)));
            limit.OnSpread(all[^1]);
            Assert.That(limit.Current, Is.EqualTo(all.TakeLast(s_options.SpreadsKept).Max() * 2));
        }
    }
}
