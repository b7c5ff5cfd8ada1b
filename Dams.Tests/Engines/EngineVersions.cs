using Dams.Replica.Engines;
using Dams.Replica.Versions;
using Dams.Tests.Engines.Model;

namespace Dams.Tests.Engines;

/// <summary>What the engine tests run over. A version that is put into the catalogue is tested from then on.</summary>
internal static class EngineVersions
{
    private const string Model = "Reference model";

    /// <summary>The versions that replicas run, by name.</summary>
    public static IEnumerable<string> All => VersionCatalog.All.Select(version => version.Name);

    /// <summary>All versions, and the model that they are compared with: what the rules say must hold for the judge as well.</summary>
    public static IEnumerable<string> AllAndModel => All.Append(Model);

    /// <summary>One of the versions besides this one: with the numbers, each in turn.</summary>
    public static string OtherThan(string name, int number)
    {
        var others = All.Where(other => other != name).ToList();
        return others[number % others.Count];
    }

    public static IAppointmentEngine Create(string name)
    {
        if (name == Model)
            return new ReferenceModel();
        return VersionCatalog.TryFind(name, out var version) ? version.Create() : throw new ArgumentException($"no version {name}", nameof(name));
    }
}
