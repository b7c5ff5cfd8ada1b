using System.CommandLine;
using Dams.Cli.Client;
using Dams.Cli.CommandLine;

namespace Dams.Cli.Lab;

/// <summary>An order to the fault lab as a line of a text: the words after <c>dams fault</c>.</summary>
internal static class FaultLine
{
    /// <summary>Says what is wrong with the words, as the command does; nothing if they are an order.</summary>
    public static IEnumerable<string> ProblemsOf(IReadOnlyList<string> words)
    {
        using var nowhere = new StringWriter();
        var root = CreateRoot(ConsoleOf(nowhere));
        // Showing the faults breaks nothing.
        var names = root.Subcommands[0].Subcommands.SelectMany(fault => fault.Aliases.Append(fault.Name)).Except(["show"]).ToList();
        if (words.Count == 0 || !names.Contains(words[0]))
            return [$"'{string.Join(' ', words)}' is no fault; expected fault and one of {string.Join(", ", names)}"];
        return words.Any(word => word.StartsWith("--url", StringComparison.Ordinal))
            ? ["--url can't stand here: a scenario breaks the cluster that it checks"]
            : [.. DamsTool.ProblemsOf(DamsTool.Parse(root, ["fault", .. words]))];
    }

    /// <summary>Gives the order.</summary>
    /// <returns>The exit code of the command, and its output.</returns>
    public static async Task<(int ExitCode, string Said)> OrderAsync(IReadOnlyList<string> words, FrontEndAccess access)
    {
        using var said = new StringWriter();
        var root = CreateRoot(ConsoleOf(said), access);
        var exitCode = await DamsTool.InvokeAsync(DamsTool.Parse(root, ["fault", .. words]), ConsoleOf(said));
        var lines = said.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (exitCode, string.Join(' ', lines));
    }

    private static RootCommand CreateRoot(CliConsole console, FrontEndAccess? access = null)
    {
        var root = new RootCommand { FaultCommand.Create(console, access) };
        LineRules.AddTo(root);
        return root;
    }

    private static CliConsole ConsoleOf(TextWriter writer) =>
        new(writer, writer, TextReader.Null, isInteractive: false, isErrorTerminal: false);
}
