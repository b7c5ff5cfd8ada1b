using System.Reflection;
using Dams.Cli.Check.Plan;
using Dams.Cli.Lab;

namespace Dams.Cli.Check;

/// <summary>The scenarios that come with the tool: the files in its folder <c>scenarios</c>, which are a part of the program.</summary>
internal static class ShippedScenarios
{
    /// <summary>The scenario that runs if none is named.</summary>
    public const string Default = "original";

    private const string Folder = "scenarios/";

    /// <summary>The names: first the default one, last those that need the fault lab.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
        .Select(resource => resource[Folder.Length..])
        .OrderBy(name => name != Default).ThenBy(name => name.StartsWith("lab-", StringComparison.Ordinal))
        .ThenBy(name => name, StringComparer.Ordinal)];

    /// <summary>The text of a scenario.</summary>
    public static string TextOf(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + name)
            ?? throw new ArgumentException($"there is no scenario {name}", nameof(name)));
        return reader.ReadToEnd();
    }

    /// <summary>Reads a scenario. Tests see to it that each of them is without mistakes.</summary>
    public static ScenarioReading Read(string name) => ScenarioParser.Read(name, TextOf(name), FaultLine.ProblemsOf);
}
