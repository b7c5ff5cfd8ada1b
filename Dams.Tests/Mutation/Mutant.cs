using System.Runtime.CompilerServices;

namespace Dams.Tests.Mutation;

/// <summary>
/// A rule that is taken out, to show that the tests notice. It is a patch of the sources; the projects know nothing of it. Each names a
/// mistake that others have made.
/// </summary>
/// <param name="Name">Its short name.</param>
/// <param name="Mistake">The mistake, in a sentence.</param>
/// <param name="Patches">
/// The changes of the sources. <see cref="Switch"/> stands in each for the question whether the mutant is on. While it is off, the patched
/// code does what the code does.
/// </param>
internal sealed record Mutant(string Name, string Mistake, IReadOnlyList<SourcePatch> Patches)
{
    /// <summary>Is true in patched code while the mutant is on.</summary>
    public const string Switch = "MUTATED";

    /// <summary>
    /// Whether the simulation must notice the mutant. Some show only if more fails at once than the simulation, or the cluster, allows.
    /// </summary>
    public bool IsForSimulation { get; init; } = true;

    /// <summary>Describes the mutant that is the value of a property, which gives it its name.</summary>
    public static Mutant Of(string mistake, IReadOnlyList<SourcePatch> patches, [CallerMemberName] string name = "") =>
        new(name, mistake, patches);

    public override string ToString() => Name;
}
