using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using NUnit.Framework;

namespace Dams.Tests.Simulation;

/// <summary>
/// The simulation must notice each rule of voting that is taken out, if it can: it has one liar and no second, every call ends well after all is healed, and who is
/// slow there is suspected rightly. The other rules are for the tests of the coordinator alone.
/// </summary>
[Category("Simulation")]
internal sealed class CoordinationMutantTests
{
    private const ulong SeedsMax = 2_000;

    [TestCase(CoordinationMutant.AnswerAtFirstReply)]
    [TestCase(CoordinationMutant.MissingCountsAsWrong)]
    [TestCase(CoordinationMutant.InactiveReplyCounts)]
    [TestCase(CoordinationMutant.PlacesAreShared)]
    public void A_rule_of_voting_that_is_taken_out_is_missed(object mutant)
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
