using Dams.Replica.Engines;
using Dams.Replica.Versions;
using Dams.Tests.Engines.Model;

namespace Dams.Tests.Engines;

/// <summary>The engines that the tests run over. A version that is added to the catalogue is tested from then on.</summary>
internal static class EngineVersions
{
    private const string Model = "Reference model";

    /// <summary>The versions that replicas run, by name.</summary>
    public static IEnumerable<string> All => VersionCatalog.All.Select(version => version.Name);

    /// <summary>All versions, and the model that they are compared with. The rules must hold for the model, too.</summary>
    public static IEnumerable<string> AllAndModel => All.Append(Model);

    /// <summary>Another version than this one. Successive numbers give each other version in turn.</summary>
    public static string OtherThan(string name, int number)
    {
        var others = All.Where(other => other != name).ToList();
        return others[number % others.Count];
    }

    public static IAppointmentEngine Create(string name)
    {
        if (name == Model)
            return new ReferenceModel();
        return VersionCatalog.TryFind(name, out var version)
            ? version.Create()
            : throw new ArgumentException($"no version {name}", nameof(name));
    }
}
