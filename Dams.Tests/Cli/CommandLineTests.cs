using System.Text.RegularExpressions;
using Dams.Cli;
using Dams.Hosting.Topology;
using Dams.Tests.Tidy;

namespace Dams.Tests.Cli;

public sealed class CommandLineTests
{
    private static IEnumerable<string> Commands() => DamsTool
        .CreateRoot(new CliConsole(TextWriter.Null, TextWriter.Null, TextReader.Null, isInteractive: false, isErrorTerminal: false))
        .Subcommands.Select(command => command.Name);

    [TestCase("frobnicate", "frobnicate")]
    [TestCase("list Dental", "--as")]
    [TestCase("add MTLE210422 Physician 2", "--as")]
    [TestCase("add MTLE210422 Physician two --as MTLA1234", "two")]
    [TestCase("add MTLE210422 Physician --as MTLA1234", "CAPACITY")]
    [TestCase("remove MTLE210422 --as MTLA1234", "TYPE")]
    [TestCase("list Heart --as MTLA1234", "expected one of Physician, Surgeon, Dental")]
    [TestCase("list 1 --as MTLA1234", "TYPE is '1'")]
    [TestCase("schedule", "PATIENT")]
    [TestCase("schedule MTLP1234 --url ftp://x", "expected an http or https address")]
    [TestCase("schedule MTLP1234 --request-id 12345678901234567890123456789012345678901234567890123456789012345", "1 to 64 characters")]
    [TestCase("menu MTLX1234", "USER is 'MTLX1234'")]
    [TestCase("up --ports-from 0", "--ports-from is 0; expected 1 to 65511")]
    [TestCase("up --ports-from 65512", "--ports-from is 65512")]
    [TestCase("up --ports-from x", "x")]
    [TestCase("up --ready-within 0", "--ready-within is 0")]
    [TestCase("up --address 0.0.0.0", "expected a loopback address, such as 127.0.0.1 or ::1")]
    [TestCase("up --address localhost", "a process on another machine stands on a host")]
    [TestCase("up --config a.json --data b", "--data and --config don't go together")]
    [TestCase("up --config a.json --ports-from 9000", "--ports-from and --config")]
    [TestCase("up --yes", "--yes answers the question of --fresh")]
    [TestCase("key", "key")]
    [TestCase("key promote", "ID is missing: A key's id")]
    [TestCase("key promote x", "ID is 'x'; expected 0 to 255")]
    [TestCase("key drop 256", "dams key drop --help")]
    [TestCase("key list --data a --key-file b", "--data and --key-file don't go together")]
    [TestCase("key new --config a --data b", "--config and --data don't go together")]
    [TestCase("skip", "SEQ is missing: The entry's number")]
    [TestCase("skip 0", "SEQ is '0'; expected the number of an entry, from 1")]
    [TestCase("skip seven", "SEQ is 'seven'")]
    [TestCase("status --url x", "expected an http or https address")]
    public async Task A_wrong_command_line_exits_with_2_and_says_why(string line, string problem)
    {
        var run = await CliRun.OfAsync(line.Split(' '));
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain(problem).And.Contain("--help"));
        Assert.That(run.Output, Is.Empty);
    }

    [Test]
    public Task An_unknown_version_exits_with_2_and_says_what_versions_there_are() => A_wrong_command_line_exits_with_2_and_says_why(
        "up --versions Ledger,Abacus", $"'Abacus'; expected some of {string.Join(",", KnownVersions.Names)}");

    [Test]
    public async Task A_missing_configuration_file_exits_with_2()
    {
        var run = await CliRun.OfAsync("up", "--config", "no-such-file.json");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain("can't be read"));
    }

    [Test]
    public async Task Help_names_every_command_and_the_exit_codes()
    {
        var run = await CliRun.OfAsync("--help");
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Contain("Exit codes"));
        foreach (var command in Commands())
            Assert.That(run.Output, Does.Match($@"(?m)^ +{command}\b"));
    }

    [Test]
    public async Task Help_lists_a_command_with_one_paragraph_and_breaks_no_line_inside_a_paragraph()
    {
        var list = await CliRun.OfAsync("--help");
        Assert.That(list.Output, Does.Contain("calls and their expected answers.").And.Not.Contain("T1 to T11"));
        var check = await CliRun.OfAsync("check", "--help");
        Assert.That(check.Output, Does.Contain("calls and their expected answers.").And.Contain("It does not start if it would touch"));
        var keys = await CliRun.OfAsync("key", "--help");
        Assert.That(keys.Output, Does.Match("(?m)^ +1\\. dams key add .*\n +2\\. wait"), "items stand alone");
    }

    [TestCaseSource(nameof(Commands))]
    public void The_page_for_operators_names_the_command(string command)
    {
        var page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "OPERATING.md"));
        Assert.That(Regex.IsMatch(page, $@"\bdams {command}\b"), Is.True, $"docs/OPERATING.md has no example of dams {command}");
    }

    [Test]
    public async Task Versions_describes_every_version()
    {
        var run = await CliRun.OfAsync("versions");
        Assert.That(run.ExitCode, Is.Zero);
        foreach (var version in KnownVersions.All)
            Assert.That(run.Output, Does.Contain(version.Name).And.Contain(version.Description));
    }
}
