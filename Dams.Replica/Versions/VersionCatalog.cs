using System.Diagnostics.CodeAnalysis;
using Dams.Replica.Versions.Calendar;
using Dams.Replica.Versions.Journal;
using Dams.Replica.Versions.Ledger;
using Dams.Replica.Versions.Relational;

namespace Dams.Replica.Versions;

/// <summary>
/// The versions of the appointment engine. The same rules are written several times by different techniques, so that no
/// majority makes the same mistake (N-version programming). The versions share nothing but the contract types.
/// </summary>
internal static class VersionCatalog
{
    public static IReadOnlyList<EngineVersion> All { get; } =
    [
        new("Ledger", "Mutable pages per slot and per patient in hash maps, changed in place.", () => new LedgerEngine()),
        new("Journal", "Append-only events; decisions over folds of what happened to a patient and to a slot.", () => new JournalEngine()),
        new("Relational", "SQLite in memory: rules as queries and constraints.", () => new RelationalEngine()),
        new("Calendar", "Integers only: days of 27 cells, diaries of sixteen bits a day, and bit sets.", () => new CalendarEngine()),
    ];

    /// <summary>Finds a version by its exact name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out EngineVersion? version)
    {
        version = All.FirstOrDefault(candidate => candidate.Name == name);
        return version is not null;
    }
}
