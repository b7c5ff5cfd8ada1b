using Spectre.Console;

namespace Dams.Cli.Menu;

/// <summary>The source of the menu's answers.</summary>
internal abstract class MenuInput
{
    /// <summary>The index of the choice; null when there is no more input.</summary>
    public abstract int? Choose(string title, IReadOnlyList<string> choices);

    /// <summary>A line; null when there is no more input.</summary>
    public abstract string? Ask(string question);

    public static MenuInput Of(CliConsole console) => console.IsInteractive ? new TerminalInput(console.OutTables) : new LineInput(console);

    /// <summary>A person at a terminal.</summary>
    private sealed class TerminalInput(IAnsiConsole console) : MenuInput
    {
        public override int? Choose(string title, IReadOnlyList<string> choices) => console.Prompt(
            new SelectionPrompt<int>().Title(Markup.Escape(title)).PageSize(12)
                .UseConverter(i => Markup.Escape(choices[i])).AddChoices(Enumerable.Range(0, choices.Count)));

        public override string? Ask(string question) => console.Prompt(new TextPrompt<string>(Markup.Escape(question) + ":"));
    }

    /// <summary>A script, or a person behind a pipe: one answer a line. A choice is given by its number.</summary>
    private sealed class LineInput(CliConsole console) : MenuInput
    {
        public override int? Choose(string title, IReadOnlyList<string> choices)
        {
            console.Out.WriteLine(title);
            for (var i = 0; i < choices.Count; i++)
                console.Out.WriteLine($"  {i + 1}. {choices[i]}");
            while (Ask("choice") is { } line)
            {
                if (int.TryParse(line, out var number) && number >= 1 && number <= choices.Count)
                    return number - 1;
                console.Out.WriteLine($"'{line}' is not a number from 1 to {choices.Count}");
            }

            return null;
        }

        public override string? Ask(string question)
        {
            console.Out.Write(question + "> ");
            console.Out.Flush();
            var line = console.In.ReadLine();
            console.Out.WriteLine();
            return line?.Trim();
        }
    }
}
