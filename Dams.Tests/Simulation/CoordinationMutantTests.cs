using Dams.FrontEnd.Coordination;
using Dams.Ordering;

namespace Dams.Tests.Simulation;

/// <summary>
/// The simulation must notice each voting rule that is taken out, if its faults can show it. It has one liar and never two.
/// Every call ends well once everything is healed. A slow replica in it is suspected rightly. So the tests of the coordinator
/// alone cover the other rules.
/// </summary>
[Category("Simulation")]
internal sealed class CoordinationMutantTests
{
    private const ulong SeedsMax = 2_000;

    [TestCase(CoordinationMutant.AnswerAtFirstReply)]
    [TestCase(CoordinationMutant.MissingCountsAsWrong)]
    [TestCase(CoordinationMutant.InactiveReplyCounts)]
    [TestCase(CoordinationMutant.PlacesAreShared)]
    public void The_simulation_notices_each_voting_rule_that_is_taken_out(object mutant)
    {
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            try
            {
                new Simulation(seed, SimulationKnobs.Of(seed) with { CoordinationMutant = (CoordinationMutant)mutant }).Run();
            }
            catch (Exception broken) when (broken is BrokenException or InvariantBrokenException)
            {
                TestContext.Out.WriteLine($"| {mutant} | {seed} | {broken.Message.Split('\n')[0]} |");
                return;
            }
        }

        Assert.Fail($"{mutant} survived {SeedsMax} seeds");
    }
}
