using System.Diagnostics;
using System.Globalization;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>
/// The simulation must notice each rule that is taken out. Every test run includes a few mutants. <c>DAMS_MUTANTS=all</c> runs
/// all of them, each for at most <c>DAMS_MUTANT_SEEDS</c> seeds (20,000 by default). For each it prints the seed that found it
/// and what broke.
/// </summary>
[Category("Simulation")]
internal sealed class MutantTests
{
    private const ulong SeedsMax = 20_000;

    private static readonly Enum[] s_always =
    [
        Mutant.CommitQuorumOfOne, Mutant.GapIsSkipped, Mutant.DuplicateIsSwallowed, Mutant.TimeFollowsTheClock,
        ManagerMutant.VerdictIsEnough, ManagerMutant.ReplacedBeforeItLeft,
    ];

    // These show only when three seats, or one seat three times, can't be filled again. The cluster does not promise to survive
    // that, so the simulation does not do it. ManagerMutantTests covers them.
    private static readonly ManagerMutant[] s_beyondTheFaults = [ManagerMutant.DonorsAreNotCounted, ManagerMutant.ReplacesForEver];

    private static IEnumerable<Enum> Mutants => Environment.GetEnvironmentVariable("DAMS_MUTANTS") == "all" ? AllMutants : s_always;

    private static IEnumerable<Enum> AllMutants =>
    [
        .. Enum.GetValues<Mutant>().Where(mutant => mutant != Mutant.None),
        .. Enum.GetValues<ManagerMutant>().Where(mutant => mutant != ManagerMutant.None && !s_beyondTheFaults.Contains(mutant)),
    ];

    [TestCaseSource(nameof(Mutants))]
    public void The_simulation_notices_each_rule_that_is_taken_out(object mutant)
    {
        var setting = Environment.GetEnvironmentVariable("DAMS_MUTANT_SEEDS");
        var seeds = ulong.TryParse(setting, CultureInfo.InvariantCulture, out var asked) ? asked : SeedsMax;
        var began = Stopwatch.GetTimestamp();
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            try
            {
                var knobs = SimulationKnobs.Of(seed);
                knobs = mutant is Mutant protocol
                    ? knobs with { Mutant = protocol }
                    : knobs with { ManagerMutant = (ManagerMutant)mutant };
                new Simulation(seed, knobs).Run();
            }
            catch (Exception broken) when (broken is BrokenException or InvariantBrokenException)
            {
                TestContext.Out.WriteLine(
                    $"| {mutant} | {seed} | {broken.Message.Split('\n')[0]} | {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s |");
                return;
            }
        }

        Assert.Fail($"{mutant} survived {seeds} seeds");
    }
}
