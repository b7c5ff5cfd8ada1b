using System.CommandLine;
using System.Diagnostics;
using Dams.Cli.Check.Plan;
using Dams.Cli.Client;
using Dams.Cli.CommandLine;
using Dams.Cli.Lab;

namespace Dams.Cli.Check;

/// <summary><c>dams check</c>: plays scenarios against a running cluster.</summary>
internal static class CheckCommand
{
    private const int SecondsMax = 3600;

    private const string Description = """
        Check a running cluster with scenarios: calls and their expected answers.

        The default scenario is the acceptance test of the original system, T1 to T11. A scenario removes what it has added. It does not
        start if it would touch existing slots or bookings.

        Exit codes: 0 all passed; 1 a case failed, or a scenario did not start; 2 wrong command line or scenario; 3 the service answers
        with faults only; 4 unreachable; 130 or 143 ended by a signal, after the clean-up. A second signal ends the clean-up, too.
        """;

    public static Command Create(CliConsole console)
    {
        var frontEnds = new FrontEndOptions();
        var scenario = new Option<string[]>("--scenario")
        {
            Description = "Play this scenario: a name of dams check --list, or a file. Repeat the option to play several.",
            HelpName = LineRules.File,
        };
        var all = new Option<bool>("--all")
        {
            Description = "Play all scenarios of dams check --list. Those that break the cluster need --lab, too.",
        };
        var lab = new Option<bool>("--lab")
        {
            Description = "Allow scenarios that break the cluster on purpose. The cluster must run with dams up --lab. Without another "
                + "option, play the lab scenarios of dams check --list.",
        };
        var list = new Option<bool>("--list") { Description = "List the scenarios that come with the tool." };
        var show = new Option<string>("--show")
        {
            Description = "Write the text of a scenario to standard output, to copy and edit it.",
            HelpName = "NAME",
        };
        show.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }] && !ShippedScenarios.Names.Contains(name))
                result.AddError($"--show is '{name}'; expected one of {string.Join(", ", ShippedScenarios.Names)}.");
        });
        var timeout = new Option<int>("--timeout")
        {
            Description = "Wait this many seconds for the answer to a call, with all its repeats, and for a state of the cluster.",
            DefaultValueFactory = _ => 60,
            HelpName = "SECONDS",
            CustomParser = Numbers.Between("--timeout", 1, SecondsMax),
        };
        var json = new Option<bool>("--json") { Description = "Write one JSON document at the end." };
        var command = new Command("check", Description) { scenario, all, lab, list, show, timeout, json };
        frontEnds.AddTo(command);
        command.Validators.Add(result =>
        {
            var given = new Option[] { scenario, all, list, show }
                .Where(option => result.GetResult(option) is { Implicit: false }).ToList();
            if (given.Count > 1)
                result.AddError($"{string.Join(" and ", given.Select(option => option.Name))} don't go together. Use only one of them.");
        });
        command.SetAction((parsed, _) =>
        {
            if (parsed.GetValue(list))
                return Task.FromResult(List(console));
            if (parsed.GetValue(show) is { } name)
                return Task.FromResult(Show(console, name));
            var names = parsed.GetValue(scenario) is { Length: > 0 } wanted ? wanted : Defaults(parsed.GetValue(all), parsed.GetValue(lab));
            return frontEnds.Open(parsed, console) is not { } access
                ? Task.FromResult(CliExitCodes.Usage)
                : RunAsync(console, names, parsed.GetValue(lab), new CheckPrinter(console, parsed.GetValue(json)), access,
                    TimeSpan.FromSeconds(parsed.GetValue(timeout)));
        });
        return command;
    }

    private static string[] Defaults(bool all, bool lab) => (all, lab) switch
    {
        (false, false) => [ShippedScenarios.Default],
        _ => [.. ShippedScenarios.Names.Where(name => NeedsLab(name) ? lab : all)],
    };

    private static bool NeedsLab(string name) => ShippedScenarios.Read(name).Scenario?.NeedsLab == true;

    private static int List(CliConsole console)
    {
        var width = ShippedScenarios.Names.Max(name => name.Length);
        foreach (var name in ShippedScenarios.Names)
            console.Out.WriteLine($"{name.PadRight(width)}  {ShippedScenarios.Read(name).Scenario!.Title}");
        return CliExitCodes.Success;
    }

    private static int Show(CliConsole console, string name)
    {
        console.Out.Write(ShippedScenarios.TextOf(name));
        return CliExitCodes.Success;
    }

    private static async Task<int> RunAsync(
        CliConsole console, IReadOnlyList<string> names, bool isLab, CheckPrinter printer, FrontEndAccess access, TimeSpan patience)
    {
        using var interrupt = new Interrupt();
        // All mistakes are reported before anything is sent.
        var readings = names.Select(Read).ToList();
        var problems = readings.SelectMany(reading => reading.Problems.Select(problem => problem.ToString())).ToList();
        if (!isLab)
        {
            problems.AddRange(readings.Where(reading => reading.Scenario?.NeedsLab == true).Select(reading =>
                $"{reading.Scenario!.Name} breaks the cluster on purpose: start it with dams up --lab, and add --lab here"));
        }

        foreach (var problem in problems)
            console.Error.WriteLine(problem);
        if (problems.Count > 0)
            return CliExitCodes.Usage;

        var began = Stopwatch.GetTimestamp();
        var results = new List<ScenarioResult>();
        var exitCode = CliExitCodes.Success;
        foreach (var reading in readings)
        {
            using var run = new ScenarioRun(reading.Scenario!, printer, access, patience, interrupt);
            results.Add(await run.RunAsync());
            exitCode = WorseOf(exitCode, run.EndedWith);
            if (results[^1] is { Left.Count: > 0 } || results[^1].Cases.Any(part => part.Verdict != CaseResult.Passed))
                exitCode = WorseOf(exitCode, CliExitCodes.OtherOutcome);
            // Another scenario would get no answer either.
            if (run.EndedWith is CliExitCodes.Unreachable or CliExitCodes.Fault || interrupt.Token.IsCancellationRequested)
                break;
        }

        var cases = results.SelectMany(result => result.Cases).ToList();
        printer.End(new CheckResult(
            results, cases.Count(part => part.Verdict == CaseResult.Passed), cases.Count,
            Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 3)));
        return interrupt.Token.IsCancellationRequested ? interrupt.ExitCode : exitCode;
    }

    private static int WorseOf(int one, int other) => Math.Max(one, other);

    private static ScenarioReading Read(string name)
    {
        if (ShippedScenarios.Names.Contains(name))
            return ShippedScenarios.Read(name);
        try
        {
            using var reader = new StreamReader(name);
            // The length of a device says nothing, so one character more than allowed is read.
            var text = new char[ScenarioParser.CharactersMax + 1];
            var length = reader.ReadBlock(text);
            return ScenarioParser.Read(name, new string(text, 0, length), FaultLine.ProblemsOf);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            var why = $"it can't be read ({problem.Message}). Names that need no file: {string.Join(", ", ShippedScenarios.Names)}";
            return new ScenarioReading(null, [new ScenarioProblem(name, 0, why)]);
        }
    }
}
