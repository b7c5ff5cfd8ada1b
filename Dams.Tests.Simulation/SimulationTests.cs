using System.Globalization;
using Dams.Contracts.Soap;
using Dams.Ordering;
using Dams.Tests.Contracts;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>
/// Random runs of the whole cluster. <c>DAMS_SIM_SEEDS</c> sets the number of runs, and <c>DAMS_SIM_FROM</c> the first seed.
/// <c>DAMS_SIM_SEED</c> repeats one run and prints its trace. <c>DAMS_SIM_COMMIT</c> (a commit's hash) adds as many runs again,
/// with seeds that nobody has chosen.
/// </summary>
[Category("Simulation")]
internal sealed class SimulationTests
{
    private const int SeedsByDefault = 500;
    private const int SeedsThatCallEverything = 50;

    [Test]
    public void Every_call_is_answered_rightly_and_once_whatever_happens()
    {
        if (Variable("DAMS_SIM_SEED") is { } one)
        {
            using var trace = new StringWriter(CultureInfo.InvariantCulture);
            try
            {
                new Simulation(one, SimulationKnobs.Of(one), trace).Run();
            }
            finally
            {
                TestContext.Out.WriteLine(trace.ToString());
            }

            return;
        }

        var count = Variable("DAMS_SIM_SEEDS") ?? SeedsByDefault;
        RunSeeds(Variable("DAMS_SIM_FROM") ?? 1, count);
        if (Environment.GetEnvironmentVariable("DAMS_SIM_COMMIT") is { Length: >= 12 } commit)
            RunSeeds(ulong.Parse(commit.AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), count);
    }

    /// <summary>Seeds that once found a defect and that a default run does not reach.</summary>
    [TestCase(67752ul, TestName = "Seed_67752_an_honest_replica_that_refuses_a_late_copy_was_judged_wrong")]
    [TestCase(71582ul, TestName = "Seed_71582_a_managers_older_snapshot_was_saved_over_a_newer_one")]
    [TestCase(105067ul, TestName = "Seed_105067_a_managers_snapshot_was_on_disk_before_its_log")]
    [TestCase(125948ul, TestName = "Seed_125948_a_member_halted_because_another_had_a_lost_tail")]
    [TestCase(137857ul, TestName = "Seed_137857_a_joiner_that_restarted_did_not_find_its_second_JOIN")]
    [TestCase(213022ul, TestName = "Seed_213022_a_member_that_had_kept_part_of_its_first_epoch_joined_again_as_itself")]
    public void A_seed_that_once_found_a_defect_passes(ulong seed) => new Simulation(seed, SimulationKnobs.Former(seed)).Run();

    /// <summary>Seeds that once found a defect and that need today's faults.</summary>
    [TestCase(156359055712128ul, TestName = "Seed_156359055712128_a_replaced_incarnation_joined_again_on_a_copy_from_before_it_had_joined")]
    public void A_seed_that_once_found_a_defect_with_newer_faults_passes(ulong seed) =>
        new Simulation(seed, SimulationKnobs.Of(seed)).Run();

    private static void RunSeeds(ulong from, ulong count)
    {
        var failures = new List<string>();
        long events = 0;
        var answered = 0;
        var refused = 0;
        var called = new HashSet<Type>();
        for (var seed = from; seed < from + count && failures.Count < 10; seed++)
        {
            var simulation = new Simulation(seed, SimulationKnobs.Of(seed));
            try
            {
                simulation.Run();
            }
            catch (Exception broken) when (broken is BrokenException or InvariantBrokenException)
            {
                failures.Add(
                    $"DAMS_SIM_SEED={seed} dotnet test Dams.Tests.Simulation --filter "
                    + $"{nameof(Every_call_is_answered_rightly_and_once_whatever_happens)}\n  "
                    + broken.Message);
            }

            events += simulation.Events;
            called.UnionWith(simulation.Calls.Select(call => call.Command.GetType()));
            answered += simulation.Calls.Count(call => call.Result is FrontEnd.Coordination.Answered);
            refused += simulation.Calls.Count(call => call.Told.Contains(ExecutionState.NotExecuted));
        }

        TestContext.Out.WriteLine(
            $"{count} seeds from {from}: {events} events, {answered} calls answered, {refused} calls reported as not executed");
        Assert.That(failures, Is.Empty, string.Join("\n", failures));
        Assert.That(answered, Is.GreaterThan((int)count), "runs that answer nothing prove nothing");
        if (count >= SeedsThatCallEverything)
        {
            Assert.That(
                Operation.All.Select(operation => operation.Command).Except(called),
                Is.Empty,
                "operations that Simulation.SomeCommand never calls (Dams.Tests.Simulation/Simulation.Clients.cs)");
        }
    }

    private static ulong? Variable(string name) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
