namespace Dams.Tests.Simulation;

/// <summary>
/// A replica that is cut off for some seconds catches up and is not replaced. A replica that is dead, hangs, or never moves again is
/// replaced in time. Each case runs with several seeds, which decide the load, the moment and the replica.
/// </summary>
[Category("Simulation")]
internal sealed class GlitchTests
{
    private const int Seeds = 8;

    private static readonly TimeSpan s_catchUpMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_replacedMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_stuckMax = TimeSpan.FromSeconds(40);

    [Test]
    public void A_replica_that_is_cut_off_for_some_seconds_catches_up_and_is_not_replaced(
        [Values(4, 6, 10, 15, 20)] int seconds, [Values(GlitchKind.Cut, GlitchKind.Deaf, GlitchKind.Mute)] GlitchKind kind)
    {
        var slowest = TimeSpan.Zero;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var simulation = Run(seed, kind, TimeSpan.FromSeconds(seconds));
            Assert.That((simulation.Replacements, simulation.ReplacedAfter), Is.EqualTo((0, (TimeSpan?)null)), $"seed {seed}");
            Assert.That(simulation.CaughtUpAfter, Is.LessThan(s_catchUpMax), $"seed {seed}");
            slowest = slowest > simulation.CaughtUpAfter!.Value ? slowest : simulation.CaughtUpAfter.Value;
        }

        TestContext.Out.WriteLine($"{kind} for {seconds} s: caught up after {slowest.TotalMilliseconds:F0} ms at most");
    }

    // Three replacements in ten minutes leave a seat to the operator.
    [Test]
    public void Three_cuts_of_a_replica_do_not_leave_its_seat_degraded()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var simulation = Run(seed, GlitchKind.Cut, TimeSpan.FromSeconds(5), times: 4);
            Assert.That(simulation.Replacements, Is.Zero, $"seed {seed}");
        }
    }

    [Test]
    public void A_replica_that_is_dead_or_hangs_is_replaced_within_ten_seconds(
        [Values(GlitchKind.Killed, GlitchKind.Hung)] GlitchKind kind) => MustBeReplaced(kind, s_replacedMax);

    [Test]
    public void A_replica_that_answers_and_never_moves_is_replaced_when_patience_is_over() =>
        MustBeReplaced(GlitchKind.Stuck, s_stuckMax);

    private static void MustBeReplaced(GlitchKind kind, TimeSpan limit)
    {
        var slowest = TimeSpan.Zero;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var simulation = Run(seed, kind, TimeSpan.Zero);
            Assert.That(simulation.Replacements, Is.EqualTo(1), $"seed {seed}");
            Assert.That(simulation.ReplacedAfter, Is.LessThan(limit), $"seed {seed}");
            slowest = slowest > simulation.ReplacedAfter!.Value ? slowest : simulation.ReplacedAfter.Value;
        }

        TestContext.Out.WriteLine($"{kind}: another incarnation votes after {slowest.TotalSeconds:F1} s at most");
    }

    private static Simulation Run(ulong seed, GlitchKind kind, TimeSpan length, int times = 1)
    {
        var glitch = new Glitch(kind, (byte)(1 + seed % 4), TimeSpan.FromMilliseconds(3_000 + 37 * (int)seed), length) { Times = times };
        var simulation = new Simulation(seed, new SimulationKnobs { Sequencers = 2, Trimming = seed % 2 == 0 }.With(glitch));
        simulation.Run();
        return simulation;
    }
}
