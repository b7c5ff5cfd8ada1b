using CsCheck;
using Dams.Contracts.Domain;
using Dams.Tests.Engines.Script;

namespace Dams.Tests.Engines.Differential;

/// <summary>Makes a sequence of commands from a seed, and shrinks one to a shorter one that still shows a difference.</summary>
internal static class RandomSequence
{
    private const int Length = 200;
    private static readonly Gen<Command[]> Sequences = CommandSequences.OfLength(Length);

    /// <summary>Makes the sequence of a seed. A seed always gives the same sequence.</summary>
    public static Command[] OfSeed(int seed) => Sequences.Generate(new PCG(1, Scatter((ulong)seed)), null, out _);

    /// <summary>Leaves out commands as long as the difference remains: halves first, single commands last.</summary>
    public static IReadOnlyList<Command> Shrink(IReadOnlyList<Command> commands, Func<IReadOnlyList<Command>, bool> differs)
    {
        var kept = commands.ToList();
        for (var chunk = kept.Count / 2; chunk > 0; chunk = chunk > 1 ? chunk / 2 : (TryDropSingles(kept, differs) ? 1 : 0))
        {
            for (var start = 0; start + chunk <= kept.Count;)
            {
                var without = kept.Take(start).Concat(kept.Skip(start + chunk)).ToList();
                if (differs(without))
                    kept = without;
                else
                    start += chunk;
            }
        }

        return kept;
    }

    /// <summary>The commands as lines of a conformance script.</summary>
    public static string AsScript(IEnumerable<Command> commands) =>
        string.Join('\n', commands.Select(command => "  " + ScriptText.Of(command)));

    private static bool TryDropSingles(List<Command> kept, Func<IReadOnlyList<Command>, bool> differs) =>
        Enumerable.Range(0, kept.Count).Any(i => differs([.. kept.Where((_, at) => at != i)]));

    // Neighbouring seeds give generators with neighbouring states. SplitMix64 puts them far apart.
    private static ulong Scatter(ulong seed)
    {
        seed += 0x9E3779B97F4A7C15;
        seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
        seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EB;
        return seed ^ (seed >> 31);
    }
}
