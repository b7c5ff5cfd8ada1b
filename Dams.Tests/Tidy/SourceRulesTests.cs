using System.Globalization;
using System.Text.RegularExpressions;
using Dams.Hosting.Topology;

namespace Dams.Tests.Tidy;

/// <summary>Rules about the text of the sources.</summary>
public sealed partial class SourceRulesTests
{
    private const int LinesMax = 400;

    [TestCase("Word.Run();", true)]
    [TestCase("// Word", false)]
    [TestCase("Throw(\"a \\\" Word\"); // Word", false)]
    [TestCase("Throw(\"\"\"a \"Word\" and more\"\"\");", false)]
    [TestCase("var s = @\"a \"\"b\"\" c:\\\"; Word.Run();", true)]
    [TestCase("var c = '\"'; Word.Run(); var d = '\"';", true)]
    [TestCase("/* Word\n Word */ int x;", false)]
    public void Comments_and_strings_are_no_code(string code, bool isCode) =>
        Assert.That(CodeText.WithoutWords(code).Contains("Word", StringComparison.Ordinal), Is.EqualTo(isCode));

    /// <summary>
    /// A version uses the contract and itself, and nothing else of ours. So no two versions share code, and none uses another.
    /// </summary>
    [Test]
    public void An_engine_version_uses_only_the_contract_and_itself()
    {
        const string folder = "Dams.Replica/Versions/";
        var names = SourceTree.Below(folder.TrimEnd('/'))
            .Select(path => path[folder.Length..].Split('/'))
            .Where(parts => parts.Length > 1)
            .Select(parts => parts[0])
            .Distinct()
            .ToList();
        Assert.That(names, Is.SupersetOf(KnownVersions.Names), "versions with a folder of their own");
        var finds = names.SelectMany(name => SourceTree.Below(folder + name)
            .SelectMany(path => StrangersOf(CodeText.WithoutWords(SourceTree.Text(path)), name, names)
                .Select(stranger => $"{path} uses {stranger}")));
        Assert.That(finds, Is.Empty);
    }

    [TestCase("using Dams.Contracts.Domain; namespace Dams.Replica.Versions.A; class AEngine { A.Rule r; }", false)]
    [TestCase("using Dams.Replica.Engines; namespace Dams.Replica.Versions.A; class AEngine : IAppointmentEngine;", false)]
    [TestCase("using Dams.Replica.Versions.B;", true)]
    [TestCase("using static Dams.Replica.Versions.B.Rules;", true)]
    [TestCase("namespace Dams.Replica.Versions.A; class C { B.Rule r; }", true)]
    [TestCase("class C { Versions.B.Rule r; }", true)]
    [TestCase("class C { BEngine e; }", true)]
    [TestCase("using Dams.Replica.State;", true)]
    [TestCase("using Dams.Ordering;", true)]
    [TestCase("class C { State.StateDigester d; }", true)]
    public void The_rule_finds_forbidden_uses(string code, bool isFound) =>
        Assert.That(StrangersOf(code, "A", ["A", "B"]).Any(), Is.EqualTo(isFound));

    private static IEnumerable<string> StrangersOf(string code, string name, IEnumerable<string> names)
    {
        var namespaces = Regex.Matches(code, @"\bDams(\s*\.\s*\w+)+").Select(match => Regex.Replace(match.Value, @"\s", ""))
            .Where(used => !$"{used}.".StartsWith("Dams.Contracts.", StringComparison.Ordinal)
                && !$"{used}.".StartsWith("Dams.Replica.Engines.", StringComparison.Ordinal)
                && !$"{used}.".StartsWith($"Dams.Replica.Versions.{name}.", StringComparison.Ordinal));
        var relatives = Regex.Matches(code, @"(?<![\w.])(State|Core|Hosting|Service|Versions|Ordering)\s*\.\s*[A-Z]\w*")
            .Select(match => match.Value);
        var others = names.Where(other => other != name && Regex.IsMatch(code, $@"(?<!\w)({other}\s*\.\s*[A-Z]|{other}Engine\b)"));
        return [.. namespaces, .. relatives, .. others];
    }

    [Test]
    public void Event_ids_of_log_messages_are_unique()
    {
        var ids = SourceTree.Production
            .SelectMany(path => LoggerMessage().Matches(SourceTree.Text(path)).Select(match => (Id: match.Groups["id"].Value, path)))
            .ToList();
        Assert.That(ids, Is.Not.Empty);
        Assert.That(ids.Where(found => found.Id.Length == 0).Select(found => found.path), Is.Empty, "each log message has an event id");
        var twice = ids.GroupBy(found => int.Parse(found.Id, CultureInfo.InvariantCulture)).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(found => found.path))}");
        Assert.That(twice, Is.Empty);
    }

    [Test]
    public void No_file_is_longer_than_400_lines()
    {
        var tooLong = SourceTree.Sources
            .Select(path => (path, Lines: SourceTree.Text(path).Count(c => c == '\n')))
            .Where(file => file.Lines > LinesMax);
        Assert.That(tooLong, Is.Empty);
    }

    [Test]
    public void There_are_no_regions() => Assert.That(
        SourceTree.Sources
            .Where(path => Regex.IsMatch(CodeText.WithoutWords(SourceTree.Text(path)), @"^\s*#region", RegexOptions.Multiline)),
        Is.Empty);

    [Test]
    public void The_folder_is_the_namespace_and_it_is_file_scoped()
    {
        var strays = SourceTree.Sources.Where(path => !path.EndsWith("/Program.cs", StringComparison.Ordinal)).Where(path =>
        {
            var code = CodeText.WithoutWords(SourceTree.Text(path));
            var expected = Path.GetDirectoryName(path)!.Replace('\\', '.').Replace('/', '.');
            var found = Namespace().Matches(code);
            // Assembly attributes need no namespace.
            return found.Count == 0
                ? Regex.IsMatch(code, @"\b(class|struct|record|interface|enum)\b")
                : found.Count > 1 || found[0].Groups["name"].Value != expected || found[0].Groups["end"].Value != ";";
        });
        Assert.That(strays, Is.Empty);
    }

    /// <summary>The files that may discard a task: its failure is reported all the same.</summary>
    private static readonly string[] s_tellsOfFailures =
        ["Dams.Hosting/Cluster/LoopCalls.cs", "Dams.Hosting/Supervision/SupervisedProcess.cs"];

    [Test]
    public void No_task_is_discarded_where_its_failure_would_go_unnoticed() => Assert.That(
        SourceTree.Production.Where(path => !s_tellsOfFailures.Contains(path))
            .Where(path => LetGo().IsMatch(CodeText.WithoutWords(SourceTree.Text(path)))), Is.Empty);

    [TestCase("_ = Task.Run(() => Work());", true)]
    [TestCase("void Begin() => _ = loop.WorkAsync(1);", true)]
    [TestCase("var x = await WorkAsync();", false)]
    [TestCase("await Task.WhenAny(WorkAsync());", false)]
    public void The_rule_finds_discarded_tasks(string code, bool isFound) => Assert.That(LetGo().IsMatch(code), Is.EqualTo(isFound));

    /// <summary>The tests take rules out by patches of the sources, so production code need not know of it.</summary>
    [Test]
    public void No_production_file_mentions_a_mutant() => Assert.That(
        SourceTree.Production.Where(path => SourceTree.Text(path).Contains("mutant", StringComparison.OrdinalIgnoreCase)), Is.Empty);

    [GeneratedRegex(@"(?<!\w)_\s*=\s*(?!await)[\w.\s]*\b(Task\s*\.\s*Run|\w+Async)\s*\(")]
    private static partial Regex LetGo();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId\s*=\s*)?(?<id>\d*)")]
    private static partial Regex LoggerMessage();

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)\s*(?<end>;|\{|$)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
