using Dams.Cli.Cluster;

namespace Dams.Tests.Cli;

/// <summary>The clock that counts the time of a start.</summary>
internal sealed class StartClockTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [TestCase(0, 60)]
    [TestCase(0.5, 33)]
    [TestCase(1, 6)]
    [TestCase(7, 6)]
    [TestCase(-1, 60)]
    public void Time_under_processor_pressure_counts_less_down_to_a_tenth(double pressure, double counted)
    {
        var clock = new StartClock();
        for (var i = 0; i < 300; i++)
            clock.Advance(TimeSpan.FromMilliseconds(200), pressure);
        Assert.That(clock.Counted.TotalSeconds, Is.EqualTo(counted).Within(0.001));
        Assert.That(clock.Passed, Is.EqualTo(s_limit));
    }

    [Test]
    public void A_clock_that_is_set_back_counts_nothing()
    {
        var clock = new StartClock();
        clock.Advance(TimeSpan.FromSeconds(-5), 0);
        Assert.That((clock.Counted, clock.Passed), Is.EqualTo((TimeSpan.Zero, TimeSpan.Zero)));
    }

    [Test]
    public void The_limit_is_shown_with_the_time_that_has_passed_if_that_is_longer()
    {
        var clock = new StartClock();
        clock.Advance(s_limit, 0);
        Assert.That(clock.Describe(s_limit), Is.EqualTo("60 s (--ready-within)"));
        clock.Advance(TimeSpan.FromSeconds(200), 1);
        Assert.That(clock.Describe(s_limit), Is.EqualTo("60 s (--ready-within; 260 s in all, as the machine is overloaded)"));
    }

    [TestCase("some avg10=42.45 avg60=79.08 avg300=90.17 total=4748156331\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", 0.4245)]
    [TestCase("some avg10=100.00 avg60=1.00", 1)]
    [TestCase("full avg10=3.00", 0)]
    [TestCase("some avg10=x", 0)]
    [TestCase("", 0)]
    public void Pressure_is_read_as_the_kernel_writes_it(string text, double pressure) =>
        Assert.That(ProcessorPressure.Parse(text), Is.EqualTo(pressure).Within(1e-9));
}
