using System.CommandLine;
using System.CommandLine.Parsing;
using Dams.Contracts.Soap;

namespace Dams.Cli.CommandLine;

/// <summary>
/// The rules for the values of all options and arguments of all commands. They are the one place that keeps a value that a command can't
/// use away from it. The library alone would answer nonsense with exceptions and names of types. A test walks all commands and feeds them
/// nonsense.
/// </summary>
internal static class LineRules
{
    /// <summary>The help name of an option whose value is a file.</summary>
    public const string File = "FILE";

    /// <summary>The help name of an option whose value is a folder.</summary>
    public const string Folder = "FOLDER";

    // The longest path that Linux takes.
    private const int PathCharactersMax = 4096;

    /// <summary>Adds the rules to a command and to all commands below it.</summary>
    public static void AddTo(Command command) => AddTo(command, []);

    private static void AddTo(Command command, HashSet<Symbol> seen)
    {
        // Several commands share an option.
        foreach (var option in command.Options.Where(seen.Add))
        {
            Numbers.AddTo(option);
            var hasOwn = option.Validators.Count > 0;
            option.Validators.Add(result => Check(result, option.Name, option.Description, option.HelpName, option.ValueType, hasOwn));
        }

        foreach (var argument in command.Arguments.Where(seen.Add))
        {
            Numbers.AddTo(argument);
            var hasOwn = argument.Validators.Count > 0;
            argument.Validators.Add(result =>
                Check(result, argument.Name, argument.Description, argument.HelpName, argument.ValueType, hasOwn));
        }

        foreach (var below in command.Subcommands)
            AddTo(below, seen);
    }

    private static void Check(SymbolResult result, string name, string? description, string? helpName, Type type, bool hasOwn)
    {
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            if (text.Any(char.IsControl) || !XmlText.IsAllowed(text))
                result.AddError($"{name} contains a character that can't be printed.");
            // Values of other types have a parser, and some texts have a validator: those reject blanks in their own words.
            else if (string.IsNullOrWhiteSpace(text) && (type == typeof(string) || type == typeof(string[])) && !hasOwn)
                result.AddError($"{name} is empty: {description}");
            else if (!string.IsNullOrWhiteSpace(text) && helpName is File or Folder && ProblemOfPath(text, helpName) is { } problem)
                result.AddError($"{name} is '{Shortened(text)}', {problem}; expected a {helpName.ToLowerInvariant()}.");
        }
    }

    private static string? ProblemOfPath(string text, string helpName)
    {
        if (text.Length > PathCharactersMax)
            return $"which has more than {PathCharactersMax} characters";
        var path = Path.GetFullPath(text);
        if (helpName == File)
            return Directory.Exists(path) ? "which is a folder" : null;
        for (string? part = path; part is not null; part = Path.GetDirectoryName(part))
        {
            if (System.IO.File.Exists(part))
                return part == path ? "which is a file" : $"but {part} is a file";
        }

        return null;
    }

    private static string Shortened(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
