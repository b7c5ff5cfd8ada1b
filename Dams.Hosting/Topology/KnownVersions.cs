using System.Collections.Immutable;

namespace Dams.Hosting.Topology;

/// <summary>A version of the appointment engine as people and configuration know it.</summary>
/// <param name="Name">The name that the configuration uses.</param>
/// <param name="Description">The technique of the version, in a sentence.</param>
public sealed record KnownVersion(string Name, string Description);

/// <summary>
/// The register of all versions of the appointment engine. Programs that don't contain the engines find their names
/// here. A test demands that the replica can make an engine of each, and of no other.
/// </summary>
public static class KnownVersions
{
    /// <summary>The versions, in the order in which the default cluster uses them.</summary>
    public static ImmutableArray<KnownVersion> All { get; } =
    [
        new("Ledger", "Mutable objects in hash maps, written imperatively."),
        new("Journal", "Append-only events; decides by folding the events of a patient and of a slot."),
        new("Relational", "Tables in an in-memory SQLite database; the rules are SQL queries and constraints."),
        new("Calendar", "Integers only: days, times of day and types as arrays and bit sets."),
    ];

    /// <summary>Their names, in the same order.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(version => version.Name)];
}
