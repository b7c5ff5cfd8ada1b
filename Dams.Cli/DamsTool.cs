using System.CommandLine;
using System.CommandLine.Parsing;
using Dams.Cli.Bench;
using Dams.Cli.Certs;
using Dams.Cli.Check;
using Dams.Cli.Client;
using Dams.Cli.Cluster;
using Dams.Cli.CommandLine;
using Dams.Cli.Config;
using Dams.Cli.Demo;
using Dams.Cli.Keys;
using Dams.Cli.Lab;
using Dams.Cli.Membership;
using Dams.Cli.Menu;
using Dams.Cli.Status;
using Dams.Cli.Users;
using Dams.Cli.Versions;

namespace Dams.Cli;

/// <summary>The tool <c>dams</c>.</summary>
internal static class DamsTool
{
    private const int Sigpipe = 13;

    private const string Description = """
        DAMS: book appointments at the hospitals of Montreal, Quebec and Sherbrooke. Four replicas keep them: the replicas outvote
        a wrong one and tolerate a crashed one.

        Begin with:   dams up
        then:         dams add MTLE210426 Physician 2 --as MTLA1234
                      dams book MTLP1234 MTLE210426 Physician
                      dams schedule MTLP1234
                      dams status

        Exit codes: 0 done; 1 another outcome; 2 wrong command line, configuration or field; 3 any other fault; 4 unreachable;
        74 standard output can't be written; 130 interrupted; 141 the reader of a pipe is gone; 143 ended by SIGTERM.
        """;

    /// <summary>
    /// Runs the tool. Every failure gives a sentence and an exit code. A stack trace means a defect of the tool itself.
    /// </summary>
    public static async Task<int> RunAsync(string[] args, CliConsole console)
    {
        try
        {
            return await RunParsedAsync(Parse(CreateRoot(console), args), console);
        }
        catch (OutputFailedException problem)
        {
            // The reader has seen enough and is gone: there is nothing to report.
            if (problem.IsReaderGone)
                return CliExitCodes.SignalBase + Sigpipe;
            console.Error.WriteLine(problem.Message);
            return CliExitCodes.Output;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            console.Error.WriteLine(problem.Message);
            return CliExitCodes.Usage;
        }
#pragma warning disable CA1031 // The last resort: the tool prints the defect and ends.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            console.Error.WriteLine($"This is a defect of the tool. Please report it with the command line: {defect}");
            return CliExitCodes.Internal;
        }
    }

    /// <summary>All commands, with the rules that check every value on the command line.</summary>
    public static RootCommand CreateRoot(CliConsole console)
    {
        var root = new RootCommand(Description);
        root.Subcommands.Add(UpCommand.Create(console));
        root.Subcommands.Add(StatusCommand.Create(console));
        foreach (var verb in new CallCommands(console).All)
            root.Subcommands.Add(verb);
        root.Subcommands.Add(MenuCommand.Create(console));
        root.Subcommands.Add(CheckCommand.Create(console));
        root.Subcommands.Add(VersionsCommand.Create(console));
        root.Subcommands.Add(ConfigCommand.Create(console));
        root.Subcommands.Add(MemberCommand.Create(console));
        root.Subcommands.Add(SkipCommand.Create(console));
        root.Subcommands.Add(KeyCommand.Create(console));
        root.Subcommands.Add(CertsCommand.Create(console));
        root.Subcommands.Add(UserCommand.Create(console));
        root.Subcommands.Add(FaultCommand.Create(console));
        root.Subcommands.Add(DemoCommand.Create(console));
        root.Subcommands.Add(BenchCommand.Create(console));
        LineRules.AddTo(root);
        HelpText.AddTo(root);
        return root;
    }

    /// <summary>Reads a command line. A value that begins with @ is an ordinary value, not a file with more arguments.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> args) =>
        root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    private static async Task<int> RunParsedAsync(ParseResult parsed, CliConsole console)
    {
        if (parsed.Errors.Count > 0)
        {
            foreach (var text in ProblemsOf(parsed))
                console.Error.WriteLine(text);
            console.Error.WriteLine($"For help, run: dams {WordsOf(parsed.CommandResult)}--help");
            return CliExitCodes.Usage;
        }

        return await InvokeAsync(parsed, console);
    }

    /// <summary>Runs the command of a line without problems.</summary>
    public static Task<int> InvokeAsync(ParseResult parsed, CliConsole console) => parsed.InvokeAsync(new InvocationConfiguration
    {
        Output = console.Out,
        Error = console.Error,
        // The library's own handling of signals ends the process without clean-up.
        ProcessTerminationTimeout = null,
        EnableDefaultExceptionHandler = false,
    });

    /// <summary>The problems of a line, each as a sentence.</summary>
    public static IEnumerable<string> ProblemsOf(ParseResult parsed) => parsed.Errors.Select(TextOf).Distinct();

    // The words of a command, each followed by a space; none for the tool itself.
    private static string WordsOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{WordsOf(parent)}{result.Command.Name} " : "";

    // The library says that an argument is missing, but not which one.
    private static string TextOf(ParseError error) => error.SymbolResult is ArgumentResult { Tokens.Count: 0 } missing
        ? $"{missing.Argument.Name} is missing: {missing.Argument.Description}"
        : error.Message;
}
