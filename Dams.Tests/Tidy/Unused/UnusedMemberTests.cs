using System.Text.RegularExpressions;

namespace Dams.Tests.Tidy.Unused;

/// <summary>No unused member: what nobody calls is deleted, and what is counted is shown.</summary>
public sealed partial class UnusedMemberTests
{
    /// <summary>The unused members that stay, each with the reason.</summary>
    private static readonly (string Name, string Why)[] s_kept =
    [
        ("Security.SeenNonces.Count is never read", "Tests look whether the memory of nonces is bounded. Nothing else shows that."),
    ];

    private static readonly Lazy<IReadOnlyList<string>> s_unused = new(() =>
    {
        var namedByTests = SourceTree.Sources.Where(IsTest).SelectMany(path => Name().Matches(CodeText.WithoutWords(SourceTree.Text(path))))
            .Select(match => match.Value).ToHashSet();
        return UnusedMembers.In(SourceTree.Projects.Keys.Where(name => !IsTest(name)).Select(Assembly), namedByTests);
    });

    [Test]
    public void Every_type_and_member_of_production_code_is_used_by_a_program() =>
        Assert.That(s_unused.Value.Where(name => !s_kept.Any(kept => IsMember(name, kept.Name))), Is.Empty);

    [Test]
    public void Every_exception_is_still_needed() =>
        Assert.That(s_kept.Where(kept => !s_unused.Value.Any(name => IsMember(name, kept.Name))), Is.Empty);

    [Test]
    public void Every_constant_of_production_code_is_named_in_it()
    {
        var unused = UnusedConstants.In(SourceTree.Sources.Where(path => !IsTest(path)).Select(SourceTree.Text));
        // The mutants are taken out of the production code; this line goes with them.
        unused = [.. unused.Where(name => !name.StartsWith("Mutant.", StringComparison.Ordinal))];
        Assert.That(unused, Is.Empty);
    }

    private static bool IsMember(string name, string kept) => name.EndsWith($".{kept}", StringComparison.Ordinal);

    private static bool IsTest(string name) => name.StartsWith("Dams.Tests", StringComparison.Ordinal);

    private static FileStream Assembly(string project)
    {
        var name = (string?)SourceTree.Projects[project].Descendants("AssemblyName").SingleOrDefault() ?? project;
        return File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Name();
}
