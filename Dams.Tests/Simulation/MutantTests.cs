using System.Diagnostics;
using System.Globalization;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Simulation;

/// <summary>
/// The simulation must notice each rule that is taken out. A few mutants run with every test run; <c>DAMS_MUTANTS=all</c> runs all, each for at most
/// <c>DAMS_MUTANT_SEEDS</c> seeds (20,000), and prints which seed found it and what broke.
/// </summary>
[Category("Simulation")]
internal sealed class MutantTests
{
    private const ulong SeedsMax = 20_000;

    private static readonly Mutant[] s_always = [Mutant.CommitQuorumOfOne, Mutant.GapIsSkipped, Mutant.DuplicateIsSwallowed, Mutant.TimeFollowsTheClock];

    private static IEnumerable<Mutant> Mutants =>
        Environment.GetEnvironmentVariable("DAMS_MUTANTS") == "all" ? Enum.GetValues<Mutant>().Where(mutant => mutant != Mutant.None) : s_always;

    [TestCaseSource(nameof(Mutants))]
    public void A_rule_that_is_taken_out_is_missed(object mutant)
    {
        var seeds = ulong.TryParse(Environment.GetEnvironmentVariable("DAMS_MUTANT_SEEDS"), CultureInfo.InvariantCulture, out var asked) ? asked : SeedsMax;
        var began = Stopwatch.GetTimestamp();
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            try
            {
                new Simulation(seed, SimulationKnobs.Of(seed) with { Mutant = (Mutant)mutant }).Run();
            }
            catch (Exception broken) when (broken is BrokenException or InvariantBrokenException)
            {
                TestContext.Out.WriteLine($"| {mutant} | {seed} | {broken.Message.Split('\n')[0]} | {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s |");
                return;
            }
        }

        Assert.Fail($"{mutant} survived {seeds} seeds");
    }
}
