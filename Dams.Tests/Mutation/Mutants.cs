using System.Reflection;

namespace Dams.Tests.Mutation;

/// <summary>All mutants.</summary>
internal static class Mutants
{
    public static IReadOnlyList<Mutant> OfOrdering { get; } = In(typeof(OrderingMutants));

    public static IReadOnlyList<Mutant> OfVoting { get; } = In(typeof(VotingMutants));

    public static IReadOnlyList<Mutant> OfManagers { get; } = In(typeof(ManagerMutants));

    public static IReadOnlyList<Mutant> All { get; } = [.. OfOrdering, .. OfVoting, .. OfManagers];

    private static IReadOnlyList<Mutant> In(Type list) =>
        [.. list.GetProperties(BindingFlags.Public | BindingFlags.Static).Select(property => (Mutant)property.GetValue(null)!)];
}
