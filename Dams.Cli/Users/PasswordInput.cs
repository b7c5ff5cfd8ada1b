using Dams.Hosting.Access;
using Spectre.Console;

namespace Dams.Cli.Users;

/// <summary>
/// Reads a new password: from a terminal, which does not show it, or from two lines of standard input. Never from the command line, which
/// every user of the machine can see.
/// </summary>
internal static class PasswordInput
{
    /// <summary>Reads a new password twice.</summary>
    /// <exception cref="UserRefusedException">The two differ, or the password breaks a rule.</exception>
    public static string Read(CliConsole console, string name)
    {
        if (console.IsInputTerminal && !console.IsInteractive)
        {
            throw new UserRefusedException(
                "Standard output is no terminal, so a password would be shown: give the password on standard input, or don't redirect.");
        }

        var (first, second) = console.IsInteractive
            ? (Ask(console, $"New password of {name}:"), Ask(console, "Again:"))
            : (console.In.ReadLine() ?? "", console.In.ReadLine());
        if (second is null)
            throw new UserRefusedException("Standard input must have two lines: the password, and the password again.");
        if (PasswordRules.ProblemOf(name, first) is { } problem)
            throw new UserRefusedException(problem);
        return first == second ? first : throw new UserRefusedException("The two passwords differ. Nothing was changed.");
    }

    private static string Ask(CliConsole console, string question) =>
        console.OutTables.Prompt(new TextPrompt<string>(question).AllowEmpty().Secret(null));
}
