using Dams.Tests.Mutation;

namespace Dams.Tests.Simulation;

/// <summary>The simulation must notice each voting rule that is taken out, if its faults can show it.</summary>
[Category("Simulation")]
internal sealed class CoordinationMutantTests
{
    private const ulong SeedsMax = 2_000;

    private static IEnumerable<Mutant> Chosen => Mutants.OfVoting.Where(mutant => mutant.IsForSimulation);

    [TestCaseSource(nameof(Chosen))]
    public void The_simulation_notices_each_voting_rule_that_is_taken_out(Mutant mutant) => MutatedSimulation.MustNotice(mutant, SeedsMax);
}
