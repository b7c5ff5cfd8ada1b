using System.Globalization;
using Dams.Tests.Mutation;

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
    private const ulong SeedsWithoutMutant = 10;

    private static readonly Mutant[] s_always =
    [
        OrderingMutants.CommitQuorumOfOne, OrderingMutants.GapIsSkipped, OrderingMutants.DuplicateIsSwallowed,
        OrderingMutants.TimeFollowsTheClock, ManagerMutants.VerdictIsEnough, ManagerMutants.ReplacedBeforeItLeft,
    ];

    private static bool AreAllWanted => Environment.GetEnvironmentVariable("DAMS_MUTANTS") == "all";

    private static IEnumerable<Mutant> Chosen => AreAllWanted
        ? Mutants.OfOrdering.Concat(Mutants.OfManagers).Where(mutant => mutant.IsForSimulation)
        : s_always;

    private static ulong Seeds =>
        ulong.TryParse(Environment.GetEnvironmentVariable("DAMS_MUTANT_SEEDS"), CultureInfo.InvariantCulture, out var asked)
            ? asked
            : SeedsMax;

    [TestCaseSource(nameof(Chosen))]
    public void The_simulation_notices_each_rule_that_is_taken_out(Mutant mutant) => MutatedSimulation.MustNotice(mutant, Seeds);

    /// <summary>These mistakes are in the simulated world: in a setting of the replicas, and in what a lost folder leaves behind.</summary>
    [TestCase(nameof(SimulationKnobs.SessionWindowIsSmall))]
    [TestCase(nameof(SimulationKnobs.WipedMemberKeepsItsIdentity))]
    public void The_simulation_notices_a_mistake_in_its_own_world(string mistake)
    {
        MutatedSimulation.MustNotice(mistake, seed => SimulationKnobs.Of(seed) with
        {
            SessionWindowIsSmall = mistake == nameof(SimulationKnobs.SessionWindowIsSmall),
            WipedMemberKeepsItsIdentity = mistake == nameof(SimulationKnobs.WipedMemberKeepsItsIdentity),
        }, Seeds);
    }

    [Test]
    public void The_build_with_mutants_runs_as_the_real_one_while_none_is_on() => Assert.That(
        MutatedBuild.Loaded.Counterpart<Func<ulong, long>>(MutatedSimulation.EventsOf)(SeedsWithoutMutant),
        Is.EqualTo(MutatedSimulation.EventsOf(SeedsWithoutMutant)));
}
