using System.CommandLine;
using Dams.Cli;
using Dams.Cli.CommandLine;
using Dams.Tests.Cli;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes.Commands;

/// <summary>
/// Walks all commands and gives each of their options and arguments values that make no sense. Such a value is refused with a sentence
/// and exit code 2. If only the service can judge it, the service's answer is printed. There is never a stack trace, and never an error in
/// a library's words. A new option is found automatically; a required one needs a sample here.
/// </summary>
[Parallelizable]
internal sealed class NonsenseTests
{
    // The exit code of a shell.
    private const int CommandNotFound = 127;

    /// <summary>These commands would start processes.</summary>
    private static readonly string[] s_starters = ["up", "demo"];

    private static readonly Dictionary<string, string> s_samples = new()
    {
        ["--as"] = "MTLA1234",
        ["PATIENT"] = "MTLP1234",
        ["USER"] = "MTLP1234",
        ["ID"] = "7",
        ["TYPE"] = "Physician",
        ["CAPACITY"] = "2",
        ["OLD"] = "MTLE210422",
        ["OLDTYPE"] = "Dental",
        ["NEW"] = "MTLE210426",
        ["NEWTYPE"] = "Surgeon",
        ["SEQ"] = "5",
        ["REPLICA"] = "1",
        ["PROCESS"] = "2",
        ["DURATION"] = "1s",
        ["GROUPS"] = "1|2",
        ["PERCENT"] = "10",
        ["NAME"] = "MTLP1234",
        ["HOST"] = "mtl",
        ["--hosts"] = "mtl=127.0.0.2",
    };

    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        File.WriteAllText(_folder.File("file"), "x");
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private string[] Nonsense =>
    [
        "", " ", "x", "-1", "0", "99999999999999999999", "1e400", "NaN", "\u0001", "\ud800", "\uffff", "@x", new string('a', 5_000),
        _folder.Path, _folder.File("file"), _folder.File("file", "below"), "/proc/nowhere", "http://", "http://127.0.0.1:99999",
        "http://127.0.0.1:0", "http://nowhere.invalid", "ftp://127.0.0.1", "http://127.0.0.1/" + new string('a', 5_000),
    ];

    [Test]
    public async Task Every_nonsensical_value_is_refused_with_a_sentence()
    {
        var problems = new List<string>();
        var count = 0;
        foreach (var (words, command) in Commands(DamsTool.CreateRoot(Console()), ""))
        {
            foreach (var symbol in Symbols(command))
            {
                foreach (var value in Nonsense)
                {
                    count++;
                    if (await FindProblemAsync(LineOf(words, command, symbol, value), symbol, value) is { } problem)
                        problems.Add($"{words} {symbol.Name} '{(value.Length > 99 ? value[..99] : value)}': {problem}");
                }
            }
        }

        Assert.That(problems, Is.Empty);
        Assert.That(count, Is.GreaterThan(1_000), "the number of values that were tried");
    }

    [TestCase("bench --connections x", "--connections is 'x'; expected 1 to 1024.")]
    [TestCase("bench --connections 1 0", "--connections is 0; expected 1 to 1024.")]
    [TestCase("bench --calls 99999999999999999999", "--calls is 99999999999999999999; expected 1 to 10000000.")]
    [TestCase("bench --warm-up -5", "--warm-up is -5; expected 0 to 10000000.")]
    [TestCase("bench --url ftp://127.0.0.1", "--url is ")]
    [TestCase("up --ready-within x", "--ready-within is 'x'; expected a whole number.")]
    [TestCase("add MTLE210422 Physician 0 --as MTLA1234", "CAPACITY is 0; expected 1 to 1000000.")]
    [TestCase("member leave 8", "REPLICA is 8; expected 1 to 7.")]
    [TestCase("fault lie 1 --count 0", "--count is 0; expected 1 to ")]
    [TestCase("fault drop 1,5", "PERCENT is '1,5'; expected 0 to 100.")]
    [TestCase("key list --key-file /dev", "--key-file is '/dev', which is a folder; expected a file.")]
    [TestCase("up --data /dev/null/x", "--data is '/dev/null/x', but /dev/null is a file; expected a folder.")]
    [TestCase("menu MTLP1234 --log-folder /proc/nowhere", "the log can't be written to /proc/nowhere")]
    [TestCase("up --config /dev/zero", "has more than 1048576 bytes")]
    public async Task The_error_names_the_value_and_what_is_expected(string line, string sentence)
    {
        var run = await CliRun.OfAsync(line.Split(' '));
        Assert.That(run.Errors, Does.Contain(sentence));
        Assert.That(run.ExitCode, Is.EqualTo(CliExitCodes.Usage));
    }

    [Test]
    public async Task A_value_that_begins_with_an_at_sign_is_not_read_as_a_file()
    {
        File.WriteAllText(_folder.File("more"), "versions");
        var run = await CliRun.OfAsync("@" + _folder.File("more"));
        Assert.That(run.ExitCode, Is.EqualTo(CliExitCodes.Usage));
        Assert.That(run.Errors, Does.Contain("@" + _folder.File("more")));
    }

    [TestCase("/dev/full", CliExitCodes.Output, "standard output can't be written: No space left on device")]
    [TestCase("&-", CliExitCodes.Output, "standard output can't be written: ")]
    public async Task A_failure_to_write_output_is_reported_without_a_stack_trace(string output, int exitCode, string sentence)
    {
        Assume.That(OperatingSystem.IsLinux(), "needs the device files of Linux");
        using var run = TestProcess.StartDamsInShell("versions", ">" + output);
        Assert.That(await run.ExitAsync(), Is.EqualTo(exitCode), run.Errors);
        Assert.That(run.Errors, Does.StartWith(sentence).And.Not.Contains("   at "));
    }

    [Test]
    public async Task Output_to_a_shared_file_keeps_its_place_between_the_output_of_others()
    {
        Assume.That(OperatingSystem.IsWindows(), Is.False, "needs a Unix shell");
        var file = _folder.File("all");
        using var run = TestProcess.StartShell($"exec >{file} 2>&1; echo before; dams versions; dams nonsense; dams versions; echo after");
        await run.ExitAsync();
        var lines = await File.ReadAllLinesAsync(file);
        Assert.That((lines[0], lines[^1]), Is.EqualTo(("before", "after")));
        Assert.That(lines.Count(line => line.Contains("Relational", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(lines.Count(line => line.Contains("nonsense", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(1));
    }

    [Test]
    public async Task Output_waits_for_the_reader_of_a_full_non_blocking_pipe()
    {
        const string reader = """
            import os, subprocess, sys, time
            output, input = os.pipe()
            os.set_blocking(input, False)
            try:
                while True:
                    os.write(input, b" " * 4096)
            except BlockingIOError:
                pass
            tool = subprocess.Popen(sys.argv[1:], stdout=input)
            os.close(input)
            time.sleep(1)
            with os.fdopen(output, "rb") as pipe:
                said = pipe.read()
            sys.exit(tool.wait() if b"Relational" in said else "nothing was said")
            """;
        using var run = TestProcess.StartShell($"exec python3 -c '{reader}' dams versions");
        var exitCode = await run.ExitAsync();
        Assume.That(exitCode, Is.Not.EqualTo(CommandNotFound), "needs Python to set the flags of a pipe");
        Assert.That(exitCode, Is.Zero, run.Errors);
    }

    [Test]
    public async Task A_failure_to_write_errors_does_not_change_the_exit_code()
    {
        Assume.That(OperatingSystem.IsLinux(), "needs a device file of Linux");
        using var run = TestProcess.StartDamsInShell("nonsense", "2>/dev/full");
        Assert.That(await run.ExitAsync(), Is.EqualTo(CliExitCodes.Usage));
    }

    private async Task<string?> FindProblemAsync(List<string> line, Symbol symbol, string value)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new CliConsole(output, error, new StringReader(""), isInteractive: false, isErrorTerminal: false);
        var parsed = DamsTool.Parse(DamsTool.CreateRoot(console), line);
        var isRefused = parsed.Errors.Count > 0;
        if (!isRefused)
        {
            if (value is "" or "\u0001" || (value == "x" && TypeOf(symbol) != typeof(string) && TypeOf(symbol) != typeof(string[])
                && symbol.Name != "--front-ends"))
                return "is accepted";
            // A possible name of a file or folder makes sense; its effect is not tested here.
            if (s_starters.Contains(line[0]) || line.Contains("demo")
                || (HelpNameOf(symbol) is LineRules.File or LineRules.Folder && !File.Exists(value) && !Directory.Exists(value)))
            {
                return null;
            }
        }

        var exitCode = await DamsTool.RunAsync([.. line], console);
        var said = error.ToString();
        if (said.Contains("System.", StringComparison.Ordinal) || said.Contains("   at ", StringComparison.Ordinal)
            || said.Contains("Cannot parse", StringComparison.Ordinal))
        {
            return said;
        }

        if (!isRefused)
            return exitCode is >= CliExitCodes.Success and <= CliExitCodes.Unreachable ? null : $"exits with {exitCode}: {said}";
        var isNamed = said.Contains(symbol.Name, StringComparison.Ordinal)
            || said.Contains("Unrecognized command or argument", StringComparison.Ordinal);
        return exitCode == CliExitCodes.Usage && isNamed && said.Contains("--help", StringComparison.Ordinal)
            ? null
            : $"exits with {exitCode}: {said}";
    }

    private List<string> LineOf(string words, Command command, Symbol symbol, string value)
    {
        List<string> line = [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        line.AddRange(command.Arguments.Select(argument => argument == symbol ? value
            : argument.Name == "FILE" ? _folder.File("dams.json") : s_samples[argument.Name]));
        foreach (var option in command.Options)
        {
            if (option == symbol)
                line.AddRange([option.Name, value]);
            else if (option.Required)
                line.AddRange([option.Name, s_samples[option.Name]]);
            else if (option.Name == "--url")
                line.AddRange([option.Name, $"http://{_folder.Address}:1/"]);
            else if (option.Name == "--key-file" && HelpNameOf(symbol) is not (LineRules.File or LineRules.Folder))
                line.AddRange([option.Name, _folder.File("no.key")]);
            else if (option.Name == "--file" && symbol.Name is not ("--config" or "--data"))
                line.AddRange([option.Name, _folder.File("users.json")]);
            else if (option.Name == "--config" && command.Options.All(other => other.Name is not ("--file" or "--host" or "--key-file")))
                line.AddRange([option.Name, _folder.File("none.json")]);
            else if (option.Name == "--log-folder")
                line.AddRange([option.Name, _folder.File("logs")]);
        }

        return line;
    }

    private static CliConsole Console() =>
        new(TextWriter.Null, TextWriter.Null, TextReader.Null, isInteractive: false, isErrorTerminal: false);

    private static IEnumerable<(string Words, Command Command)> Commands(Command command, string words)
    {
        if (command.Action is not null || command.Subcommands.Count == 0)
            yield return (words, command);
        foreach (var below in command.Subcommands.SelectMany(sub => Commands(sub, $"{words} {sub.Name}".Trim())))
            yield return below;
    }

    private static IEnumerable<Symbol> Symbols(Command command) => command.Arguments.Cast<Symbol>()
        .Concat(command.Options.Where(option => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool)));

    private static Type TypeOf(Symbol symbol) => symbol is Option option ? option.ValueType : ((Argument)symbol).ValueType;

    private static string? HelpNameOf(Symbol symbol) => symbol is Option option ? option.HelpName : ((Argument)symbol).HelpName;
}
