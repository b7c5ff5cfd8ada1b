using System.Diagnostics;
using System.Globalization;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Simulation;

/// <summary>
/// The simulation must notice each rule that is taken out. A few mutants run with every test run; <c>DAMS_MUTANTS=all</c> runs all, each for at most
/// <c>DAMS_MUTANT_SEEDS</c> seeds (20,000), and prints which seed found it and what broke.
/// </summary>
[Category("Simulation")]
internal sealed class MutantTests
{
    private const ulong SeedsMax = 20_000;

    private static readonly Enum[] s_always = [Mutant.CommitQuorumOfOne, Mutant.GapIsSkipped, Mutant.DuplicateIsSwallowed, Mutant.TimeFollowsTheClock, ManagementMutant.VerdictIsEnough, ManagementMutant.ReplacedBeforeItLeft];

    // They show only when three slots, or one slot three times, can't be brought back: more than the cluster promises to stand. ManagementMutantTests has them.
    private static readonly ManagementMutant[] s_beyondTheFaults = [ManagementMutant.DonorsAreNotCounted, ManagementMutant.ReplacesForEver];

    private static IEnumerable<Enum> Mutants => Environment.GetEnvironmentVariable("DAMS_MUTANTS") == "all"
        ? [.. Enum.GetValues<Mutant>().Where(mutant => mutant != Mutant.None), .. Enum.GetValues<ManagementMutant>().Where(mutant => mutant != ManagementMutant.None && !s_beyondTheFaults.Contains(mutant))]
        : s_always;

    [TestCaseSource(nameof(Mutants))]
    public void A_rule_that_is_taken_out_is_missed(object mutant)
    {
        var seeds = ulong.TryParse(Environment.GetEnvironmentVariable("DAMS_MUTANT_SEEDS"), CultureInfo.InvariantCulture, out var asked) ? asked : SeedsMax;
        var began = Stopwatch.GetTimestamp();
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            try
            {
                var knobs = SimulationKnobs.Of(seed);
                new Simulation(seed, mutant is Mutant protocol ? knobs with { Mutant = protocol } : knobs with { ManagementMutant = (ManagementMutant)mutant }).Run();
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
