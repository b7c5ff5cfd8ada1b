using System.Diagnostics;
using Dams.Ordering;
using Dams.Tests.Mutation;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>Runs of the simulation that must break, because there is a mistake in the cores or in the simulated world.</summary>
internal static class MutatedSimulation
{
    /// <summary>Runs seeds with a mutant on until one shows it, and prints a row of a table.</summary>
    public static void MustNotice(Mutant mutant, ulong seeds)
    {
        var build = MutatedBuild.Loaded;
        var find = build.Counterpart<Func<ulong, (ulong Seed, string Broken)?>>(FindBroken);
        MustFind(mutant.Name, FindWithMutant, seeds);

        (ulong Seed, string Broken)? FindWithMutant()
        {
            (ulong Seed, string Broken)? found = null;
            build.RunWith(mutant, () => found = find(seeds));
            return found;
        }
    }

    /// <summary>The same for a mistake in the knobs.</summary>
    public static void MustNotice(string mistake, Func<ulong, SimulationKnobs> knobs, ulong seeds) =>
        MustFind(mistake, () => FindBrokenWith(knobs, seeds), seeds);

    /// <summary>How many events the first seeds have together.</summary>
    public static long EventsOf(ulong seeds)
    {
        var events = 0L;
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            var simulation = new Simulation(seed, SimulationKnobs.Of(seed));
            simulation.Run();
            events += simulation.Events;
        }

        return events;
    }

    private static void MustFind(string mistake, Func<(ulong Seed, string Broken)?> find, ulong seeds)
    {
        var began = Stopwatch.GetTimestamp();
        if (find() is not { } found)
        {
            Assert.Fail($"{mistake} survived {seeds} seeds");
            return;
        }

        TestContext.Out.WriteLine(
            $"| {mistake} | {found.Seed} | {found.Broken} | {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s |");
    }

    private static (ulong Seed, string Broken)? FindBroken(ulong seeds) => FindBrokenWith(SimulationKnobs.Of, seeds);

    private static (ulong Seed, string Broken)? FindBrokenWith(Func<ulong, SimulationKnobs> knobs, ulong seeds)
    {
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            try
            {
                new Simulation(seed, knobs(seed)).Run();
            }
            catch (Exception broken) when (broken is BrokenException or InvariantBrokenException)
            {
                return (seed, broken.Message.Split('\n')[0]);
            }
        }

        return null;
    }
}
