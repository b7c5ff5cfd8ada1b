using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Dams.Cli.CommandLine;

/// <summary>
/// Fits the help to the terminal: its lines end where the terminal ends, and a list of commands has one paragraph for each.
/// </summary>
internal static class HelpText
{
    // The source breaks the lines of a paragraph beyond this length. A shorter line is an example or an item, and stands alone.
    private const int FullLine = 90;

    /// <summary>Changes the help of a command and of the commands below it.</summary>
    public static void AddTo(RootCommand root)
    {
        Unwrap(root);
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new BriefLists((SynchronousCommandLineAction)help.Action!);
    }

    private static void Unwrap(Command command)
    {
        command.Description = Unwrapped(command.Description ?? "");
        foreach (var below in command.Subcommands)
            Unwrap(below);
    }

    private static string Unwrapped(string text)
    {
        var lines = new List<string>();
        var isFull = false;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (isFull && line.Length > 0 && line[0] != ' ')
                lines[^1] += $" {line}";
            else
                lines.Add(line);
            isFull = line.Length >= FullLine;
        }

        return string.Join('\n', lines);
    }

    /// <summary>The library's help. Only a command's own help has more than the first paragraph about it.</summary>
    private sealed class BriefLists(SynchronousCommandLineAction full) : SynchronousCommandLineAction
    {
        // The help is the last that a process does with its commands, so they may change here.
        public override int Invoke(ParseResult parsed)
        {
            foreach (var command in parsed.CommandResult.Command.Subcommands)
                command.Description = command.Description?.Split("\n\n")[0];
            return full.Invoke(parsed);
        }
    }
}
