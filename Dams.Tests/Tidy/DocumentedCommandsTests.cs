using System.Text.RegularExpressions;

namespace Dams.Tests.Tidy;

/// <summary>
/// The test commands that pages and messages show find tests. A filter without a match ends with success and runs nothing, so nobody
/// would notice that a test has moved.
/// </summary>
internal sealed partial class DocumentedCommandsTests
{
    private static readonly Lazy<IReadOnlyList<(string Project, string FullName, string Text)>> s_tests = new(() =>
        [.. SourceTree.Tests.Select(path => (path.Split('/')[0], FullNameOf(path), SourceTree.Text(path)))]);

    /// <summary>
    /// Where the words of a test's name come from: its own source, or the arguments, such as a version, a mutant or a script's file name.
    /// </summary>
    private static readonly Lazy<IReadOnlyList<string>> s_words = new(() =>
        [.. SourceTree.Sources.Select(SourceTree.Text), .. Scripts.Select(script => Path.GetFileName(script))]);

    private static IEnumerable<string> Scripts =>
        Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "Dams.Tests", "Ordering", "Scenarios", "Scripts"));

    private static IEnumerable<string> Commands()
    {
        string[] pages = [Path.Combine(SourceTree.Root, "README.md"), .. Directory.GetFiles(Path.Combine(SourceTree.Root, "docs"), "*.md")];
        return pages.SelectMany(File.ReadLines).SelectMany(line => Command().Matches(line)).Select(found => found.Value).Distinct();
    }

    [Test]
    public void The_pages_show_commands() => Assert.That(Commands().Count(), Is.GreaterThan(20));

    [TestCaseSource(nameof(Commands))]
    public void A_documented_filter_finds_tests(string command) => Assert.That(Misses(command), Is.Empty);

    [TestCase("dotnet test Dams.Tests --filter Name=A_gap_is_not_skipped", true)]
    [TestCase("dotnet test Dams.Tests --filter Name=" + "A_gap_is_" + "nowhere", false)]
    [TestCase("dotnet test Dams.Tests --filter 'FullyQualifiedName~Ordering.Scenarios.RepairTests'", true)]
    [TestCase("dotnet test Dams.Tests --filter 'FullyQualifiedName~Ordering.RepairTests'", false)]
    [TestCase("dotnet test Dams.Tests --filter Category=Scenarios", true)]
    [TestCase("dotnet test Dams.Tests --filter Category=Nowhere", false)]
    [TestCase("dotnet test Dams.Nowhere --filter Category=Scenarios", false)]
    public void The_rule_finds_filters_without_a_match(string command, bool isRight) =>
        Assert.That(Misses(command).Any(), Is.EqualTo(!isRight));

    private static IEnumerable<string> Misses(string command)
    {
        var project = Project().Match(command).Groups["project"].Value;
        var tests = s_tests.Value.Where(test => project.Length == 0 || test.Project == project).ToList();
        if (tests.Count == 0)
            return [$"there is no test project {project}"];
        return Condition().Matches(command)
            .Where(condition => !tests.Any(test => IsMet(condition.Groups["property"].Value, condition.Groups["value"].Value, test)))
            .Select(condition => condition.Value);
    }

    private static bool IsMet(string property, string value, (string Project, string FullName, string Text) test) => property switch
    {
        "FullyQualifiedName" => test.FullName.Contains(value.TrimEnd('.'), StringComparison.Ordinal),
        "Category" => test.Text.Contains($"Category(\"{value}\")", StringComparison.Ordinal),
        _ => s_words.Value.Any(text => text.Contains(value, StringComparison.Ordinal)),
    };

    private static string FullNameOf(string path) => path[..^".cs".Length].Replace('/', '.');

    [GeneratedRegex(@"dotnet test[^`#]*--filter[^`#]*")]
    private static partial Regex Command();

    [GeneratedRegex(@"dotnet test (?<project>Dams[\w.]*)")]
    private static partial Regex Project();

    [GeneratedRegex(@"(?<property>FullyQualifiedName|Name|Category)(=|~)(?<value>[\w.-]+)")]
    private static partial Regex Condition();
}
