using System.Globalization;
using System.Text.RegularExpressions;

namespace Dams.Tests.Tidy;

/// <summary>Rules about the text of the sources.</summary>
public sealed partial class SourceRulesTests
{
    private const int LinesMax = 400;

    /// <summary>Folders of pure code: it decides and does nothing else. A folder that doesn't exist has no code to check.</summary>
    private static readonly string[] PureFolders =
    [
        "Dams.Ordering/Protocol",
        "Dams.FrontEnd/Coordination",
        "Dams.Replica/Core",
        "Dams.Replica/State",
        "Dams.Replica/Versions",
        "Dams.ReplicaManager/Agreement",
    ];

    /// <summary>Files of pure code, in folders that also have other code.</summary>
    private static readonly string[] PureFiles =
    [
        "Dams.Hosting/Supervision/ProcessSupervisor.cs",
        "Dams.Hosting/Supervision/SupervisorEffect.cs",
        "Dams.Cli/Cluster/Readiness.cs",
    ];

    /// <summary>The patterns that pure code must not match, each with the reason.</summary>
    private static readonly (string Pattern, string Why)[] Banned =
    [
        (@"\b(Task|ValueTask)\b", "no tasks"),
        (@"\b(async|await)\b", "no tasks"),
        (@"\block\s*\(|\bLock\b|\bMonitor\b|\bInterlocked\b|\bSemaphore(Slim)?\b|\bThread\b", "one thread"),
        (@"\b\w*Socket\w*\b", "no network"),
        (@"\bDateTime(Offset)?\s*\.\s*(Utc)?(Now|Today)\b|\bTimeProvider\b|\bEnvironment\s*\.\s*TickCount", "time is an argument"),
        (@"\bStopwatch\b|\bTimer\b", "time is an argument"),
        (@"\bRandom\b|\bRandomNumberGenerator\b|\bGuid\s*\.\s*(NewGuid|CreateVersion7)\b", "randomness is a seed"),
        (@"\bILogger\b|\bConsole\b", "effects are values"),
        (@"\bFile(Stream|Info)?\b\s*[.(]|\bDirectory\s*\.", "no files"),
    ];

    private static IEnumerable<string> PureSources => PureFolders.SelectMany(SourceTree.Below).Concat(PureFiles);

    [Test]
    public void Pure_code_has_no_tasks_locks_sockets_clocks_random_numbers_or_logs()
    {
        var finds = PureSources.SelectMany(path =>
        {
            var lines = CodeText.WithoutWords(SourceTree.Text(path)).Split('\n');
            return lines.SelectMany((line, i) => Banned
                .Where(rule => Regex.IsMatch(line, rule.Pattern))
                .Select(rule => $"{path}:{i + 1}: {rule.Why}: {line.Trim()}"));
        });
        Assert.That(finds, Is.Empty);
    }

    [TestCase("var x = Task.Run(y);", true)]
    [TestCase("lock (_gate)", true)]
    [TestCase("_block(1); Unlocked(); TaskKind.None; var asynchronous = 1;", false)]
    [TestCase("// Task, async and lock are words here", false)]
    [TestCase("Throw(\"a Task \\\" and a Socket\"); // Random", false)]
    [TestCase("Throw(\"\"\"a \"Task\" and a Socket\"\"\");", false)]
    [TestCase("var s = @\"a \"\"Task\"\" c:\\\"; Random.Shared.Next();", true)]
    [TestCase("var c = '\"'; Guid.NewGuid(); var d = '\"';", true)]
    [TestCase("var t = DateTime.UtcNow;", true)]
    [TestCase("DateTime.DaysInMonth(y, m)", false)]
    [TestCase("/* Socket\n Socket */ int x;", false)]
    [TestCase("private readonly UdpSocket _s;", true)]
    public void The_rule_finds_code_and_ignores_comments_and_strings(string code, bool isFound) =>
        Assert.That(Banned.Any(rule => Regex.IsMatch(CodeText.WithoutWords(code), rule.Pattern)), Is.EqualTo(isFound));

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
        Assert.That(names, Has.Count.GreaterThanOrEqualTo(4));
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
        var ids = SourceTree.Sources.Where(path => !path.StartsWith("Dams.Tests/", StringComparison.Ordinal))
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
        SourceTree.Sources.Where(path => !path.StartsWith("Dams.Tests/", StringComparison.Ordinal) && !s_tellsOfFailures.Contains(path))
            .Where(path => LetGo().IsMatch(CodeText.WithoutWords(SourceTree.Text(path)))), Is.Empty);

    [TestCase("_ = Task.Run(() => Work());", true)]
    [TestCase("void Begin() => _ = loop.WorkAsync(1);", true)]
    [TestCase("var x = await WorkAsync();", false)]
    [TestCase("await Task.WhenAny(WorkAsync());", false)]
    public void The_rule_finds_discarded_tasks(string code, bool isFound) => Assert.That(LetGo().IsMatch(code), Is.EqualTo(isFound));

    [Test]
    public void No_test_sleeps() => Assert.That(
        SourceTree.Below("Dams.Tests")
            .Where(path => Regex.IsMatch(CodeText.WithoutWords(SourceTree.Text(path)), @"\bThread\s*\.\s*Sleep\b")),
        Is.Empty);

    [GeneratedRegex(@"(?<!\w)_\s*=\s*(?!await)[\w.\s]*\b(Task\s*\.\s*Run|\w+Async)\s*\(")]
    private static partial Regex LetGo();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId\s*=\s*)?(?<id>\d*)")]
    private static partial Regex LoggerMessage();

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)\s*(?<end>;|\{|$)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
