using System.CommandLine;
using System.CommandLine.Parsing;
using Dams.Cli.Bench;
using Dams.Cli.Client;
using Dams.Cli.Cluster;
using Dams.Cli.Demo;
using Dams.Cli.Keys;
using Dams.Cli.Lab;
using Dams.Cli.Membership;
using Dams.Cli.Menu;
using Dams.Cli.Status;
using Dams.Cli.Versions;

namespace Dams.Cli;

/// <summary>The tool <c>dams</c>.</summary>
internal static class DamsTool
{
    private const string Description = """
        DAMS: appointments of the hospitals of Montreal, Quebec and Sherbrooke, from four replicas that outvote a wrong one and stand a crashed one.

        Begin with:   dams up
        then:         dams add MTLE210426 Physician 2 --as MTLA1234
                      dams book MTLP1234 MTLE210426 Physician
                      dams schedule MTLP1234
                      dams status

        Exit codes: 0 done; 1 another outcome; 2 wrong command line, configuration or field; 3 any other fault; 4 unreachable; 130 and 143 interrupted.
        """;

    public static async Task<int> RunAsync(string[] args, CliConsole console)
    {
        var root = new RootCommand(Description);
        root.Subcommands.Add(UpCommand.Create(console));
        root.Subcommands.Add(StatusCommand.Create(console));
        foreach (var verb in new CallCommands(console).All)
            root.Subcommands.Add(verb);
        root.Subcommands.Add(MenuCommand.Create(console));
        root.Subcommands.Add(VersionsCommand.Create(console));
        root.Subcommands.Add(MemberCommand.Create(console));
        root.Subcommands.Add(SkipCommand.Create(console));
        root.Subcommands.Add(KeyCommand.Create(console));
        root.Subcommands.Add(FaultCommand.Create(console));
        root.Subcommands.Add(DemoCommand.Create(console));
        root.Subcommands.Add(BenchCommand.Create(console));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                console.Error.WriteLine(TextOf(error));
            console.Error.WriteLine($"dams {WordsOf(parsed.CommandResult)}--help tells what there is.");
            return CliExitCodes.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = console.Out,
            Error = console.Error,
            // Its own handling of signals ends the process without clean-up.
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        });
    }

    // The words of a verb, each with a space behind it; none for the tool itself.
    private static string WordsOf(CommandResult result) => result.Parent is CommandResult parent ? $"{WordsOf(parent)}{result.Command.Name} " : "";

    // The library says that an argument is missing, but not which one.
    private static string TextOf(ParseError error) => error.SymbolResult is ArgumentResult { Tokens.Count: 0 } missing
        ? $"{missing.Argument.Name} is missing: {missing.Argument.Description}"
        : error.Message;
}
