using System.Reflection;

namespace Dams.Tests.Engines.Conformance;

/// <summary>A titled script of the conformance suite: everything from <c>== title</c> to the next one.</summary>
internal sealed record Scenario(string Chapter, string Title, IReadOnlyList<string> Lines)
{
    private const string ResourcePrefix = "Dams.Tests.Engines.Conformance.Scenarios.";
    private const string TitleMark = "== ";

    /// <summary>All scenarios of all chapters, in order.</summary>
    public static IReadOnlyList<Scenario> All { get; } = ReadAll().ToList();

    private static IEnumerable<Scenario> ReadAll()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var chapter = resource[ResourcePrefix.Length..^".txt".Length];
            foreach (var block in reader.ReadToEnd().Split("\n" + TitleMark).Skip(1))
            {
                var lines = block.Split('\n', StringSplitOptions.TrimEntries);
                yield return new Scenario(chapter, lines[0], lines.Skip(1).Where(line => line.Length > 0 && line[0] != '#').ToList());
            }
        }
    }
}
