using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.BannedApiAnalyzers;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Dams.Tests.Tidy;

/// <summary>
/// Pure code decides and does nothing else. The build refuses symbols that are banned there; these tests show that it does, and hold
/// what the analyzer can't see.
/// </summary>
public sealed partial class PureCodeTests
{
    private static readonly Lazy<IReadOnlyList<PortableExecutableReference>> s_references = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path))]);

    [Test]
    public void Each_core_of_the_architecture_is_pure_code()
    {
        var chapter = SourceTree.Text("docs/ARCHITECTURE.md").Split("\n## ")
            .Single(text => text.StartsWith("Pure cores", StringComparison.Ordinal));
        var cores = CoresOfRow().Matches(chapter).SelectMany(row => Name().Matches(row.Value)).Select(match => match.Groups["name"].Value)
            .ToList();
        Assert.That(cores, Has.Count.GreaterThan(30));
        var pure = PureCode.Sources.Select(path => Path.GetFileNameWithoutExtension(path)).ToHashSet();
        Assert.That(cores.Where(core => !pure.Contains(core)), Is.Empty);
    }

    [Test]
    public void Each_section_that_bans_symbols_has_sources()
    {
        var sections = SectionWithError().Matches(SourceTree.Text(".editorconfig")).Select(match => match.Value).ToList();
        Assert.That(sections, Has.Count.GreaterThan(5));
        Assert.That(sections.Where(section => !PureCode.SourcesWithError(section).Any()), Is.Empty);
    }

    [Test]
    public void Each_ban_names_a_symbol_that_exists_and_says_what_to_use_instead()
    {
        var anything = Compile("Anything", []);
        foreach (var (id, instead) in BanList.Pure.Entries.Concat(BanList.Tests.Entries))
        {
            Assert.That(DocumentationCommentId.GetSymbolsForDeclarationId(id, anything), Is.Not.Empty, id);
            Assert.That(instead, Does.EndWith("."), id);
        }
    }

    [TestCase("var x = Task.Run(() => 1);", true)]
    [TestCase("ValueTask.FromResult(1);", true)]
    [TestCase("new Thread(M).Start();", true)]
    [TestCase("new Lock().Enter();", true)]
    [TestCase("Monitor.Enter(this);", true)]
    [TestCase("var n = 1; Interlocked.Increment(ref n);", true)]
    [TestCase("new SemaphoreSlim(1).Wait();", true)]
    [TestCase("System.Threading.Channels.Channel.CreateBounded<int>(1);", true)]
    [TestCase("new System.Threading.Timer(_ => { });", true)]
    [TestCase("new System.Timers.Timer();", true)]
    [TestCase("new System.Net.Sockets.UdpClient();", true)]
    [TestCase("new System.Net.WebSockets.ClientWebSocket();", true)]
    [TestCase("new Dams.Ordering.Transport.TransportCounters();", true)]
    [TestCase("new HttpClient();", true)]
    [TestCase("var t = DateTime.Now;", true)]
    [TestCase("var t = DateTime.UtcNow;", true)]
    [TestCase("var t = DateTime.Today;", true)]
    [TestCase("var t = DateTimeOffset.Now;", true)]
    [TestCase("var t = DateTimeOffset.UtcNow;", true)]
    [TestCase("var n = DateTime.DaysInMonth(2024, 2);", false)]
    [TestCase("var t = TimeProvider.System;", true)]
    [TestCase("var t = Environment.TickCount64;", true)]
    [TestCase("var t = System.Diagnostics.Stopwatch.GetTimestamp();", true)]
    [TestCase("Random.Shared.Next();", true)]
    [TestCase("System.Security.Cryptography.RandomNumberGenerator.GetInt32(1);", true)]
    [TestCase("var s = @\"a \"\"Task\"\" c:\\\"; var c = '\"'; Guid.NewGuid();", true)]
    [TestCase("Guid.CreateVersion7();", true)]
    [TestCase("new[] { 1, 2 }.Shuffle();", true)]
    [TestCase("Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance.ToString();", true)]
    [TestCase("NLog.LogManager.Shutdown();", true)]
    [TestCase("Console.WriteLine();", true)]
    [TestCase("File.ReadAllText(\"x\");", true)]
    [TestCase("new FileInfo(\"x\");", true)]
    [TestCase("new FileStream(\"x\", FileMode.Open);", true)]
    [TestCase("Directory.Exists(\"x\");", true)]
    [TestCase("Stream s = new MemoryStream();", false)]
    [TestCase("System.Diagnostics.Process.GetProcesses();", true)]
    [TestCase("throw new Exception(\"a Task and a Socket\"); // Random, DateTime.Now and a lock", false)]
    public async Task The_build_refuses_what_is_banned_in_pure_code(string statement, bool isRefused) =>
        Assert.That(await RefusedAsync(statement, BanList.Pure), isRefused ? Is.Not.Empty : Is.Empty);

    [TestCase("Thread.Sleep(1);", true)]
    [TestCase("Thread.Sleep(TimeSpan.Zero);", true)]
    [TestCase("Task.Delay(1).Wait();", false)]
    public async Task The_build_refuses_tests_that_sleep(string statement, bool isRefused) =>
        Assert.That(await RefusedAsync(statement, BanList.Tests), isRefused ? Is.Not.Empty : Is.Empty);

    private static async Task<IEnumerable<string>> RefusedAsync(string statement, BanList list)
    {
        var compilation = Sample($"void M() {{ {statement}\n }}");
        Assert.That(compilation.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error), Is.Empty);
        var analysis = compilation.WithAnalyzers([new CSharpSymbolIsBannedAnalyzer()], new AnalyzerOptions([list]));
        return (await analysis.GetAnalyzerDiagnosticsAsync())
            .Where(found => found.Location.SourceTree == compilation.SyntaxTrees[^1]).Select(found => found.ToString());
    }

    [Test]
    public void Pure_code_has_no_lock_no_async_no_banned_type_and_no_iteration_over_hash_sets()
    {
        var finds = PureCode.Sources.GroupBy(path => path.Split('/')[0]).SelectMany(project =>
        {
            var compilation = Compile(project.Key, SourceTree.Below(project.Key).Select(path => (path, SourceTree.Text(path))));
            return compilation.SyntaxTrees.Where(tree => project.Contains(tree.FilePath))
                .SelectMany(tree => PureCode.Breaches(compilation, tree));
        });
        Assert.That(finds, Is.Empty);
    }

    [TestCase("void M() { lock (this) { } }", true)]
    [TestCase("async void M() { }", true)]
    [TestCase("Action M() => async () => await B();", true)]
    [TestCase("Task? _pending;", true)]
    [TestCase("List<ValueTask<int>[]> _pending = [];", true)]
    [TestCase("void M() => B();", true)]
    [TestCase("void M() { var b = B(); }", true)]
    [TestCase("Microsoft.Extensions.Logging.ILogger? _log;", true)]
    [TestCase("void M(Dams.Ordering.Transport.UdpTransport t) { }", true)]
    [TestCase("void M() { foreach (var n in _set) { } }", true)]
    [TestCase("List<int> M() => [.. _set];", true)]
    [TestCase("List<int> M() => new(_set);", true)]
    [TestCase("List<int> M() => _set.ToList();", true)]
    [TestCase("List<int> M() => [.. _set.Order()];", false)]
    [TestCase("bool M() => _set.Contains(1) && _set.Count > 1;", false)]
    [TestCase("void Unlocked() { var asynchronous = \"a Task, async and lock\"; } // Task, async, lock", false)]
    public void The_rule_finds_what_the_analyzer_does_not(string member, bool isFound)
    {
        var compilation = Sample(member);
        Assert.That(PureCode.Breaches(compilation, compilation.SyntaxTrees[^1]), isFound ? Is.Not.Empty : Is.Empty);
    }

    private static CSharpCompilation Sample(string member) => Compile("Sample",
    [
        ("Given.cs", "partial class C { readonly HashSet<int> _set = []; Task B() => Task.CompletedTask; }"),
        ("Sample.cs", $"partial class C {{ {member} }}"),
    ]);

    private static CSharpCompilation Compile(string project, IEnumerable<(string Path, string Text)> sources) => CSharpCompilation.Create(
        project,
        sources.Prepend(("ImplicitUsings.cs", SourceTree.ImplicitUsings))
            .Select(source => CSharpSyntaxTree.ParseText(source.Item2, new(LanguageVersion.Latest), source.Item1)),
        s_references.Value.Where(reference => Path.GetFileNameWithoutExtension(reference.FilePath) != project),
        new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    [GeneratedRegex(@"^\| (?<cores>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex CoresOfRow();

    [GeneratedRegex(@"`(?<name>\w+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\[[^\n]+\]\n([^\[\n]+\n)*?dotnet_diagnostic\.RS0030\.severity = error$", RegexOptions.Multiline)]
    private static partial Regex SectionWithError();
}
