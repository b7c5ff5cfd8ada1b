using System.Diagnostics.CodeAnalysis;
using Dams.Hosting.Topology;
using Dams.Replica.Engines;
using Dams.Replica.Versions.Calendar;
using Dams.Replica.Versions.Journal;
using Dams.Replica.Versions.Ledger;
using Dams.Replica.Versions.Relational;

namespace Dams.Replica.Versions;

/// <summary>
/// The engines of the <see cref="KnownVersions"/>. The same rules are written several times by different techniques, so
/// that no majority makes the same mistake (N-version programming). The versions share nothing but the contract types.
/// </summary>
internal static class VersionCatalog
{
    /// <summary>How to make an engine of each version, by the version's name.</summary>
    internal static IReadOnlyDictionary<string, Func<IAppointmentEngine>> Engines { get; } =
        new Dictionary<string, Func<IAppointmentEngine>>
        {
            ["Ledger"] = () => new LedgerEngine(),
            ["Journal"] = () => new JournalEngine(),
            ["Relational"] = () => new RelationalEngine(),
            ["Calendar"] = () => new CalendarEngine(),
        };

    /// <summary>The versions, in the order of the register.</summary>
    public static IReadOnlyList<EngineVersion> All { get; } =
    [
        .. KnownVersions.All.Where(known => Engines.ContainsKey(known.Name))
            .Select(known => new EngineVersion(known, Engines[known.Name])),
    ];

    /// <summary>Finds a version by its exact name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out EngineVersion? version)
    {
        version = All.FirstOrDefault(candidate => candidate.Name == name);
        return version is not null;
    }
}
