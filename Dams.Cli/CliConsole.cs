using Dams.Cli.CommandLine;
using Spectre.Console;

namespace Dams.Cli;

/// <summary>The streams that the tool reads and writes: the process's own, or a test's.</summary>
internal sealed class CliConsole
{
    // People and programs read the tables in files and pipes later, so rows are not wrapped to a terminal's width.
    private const int WidthWithoutTerminal = 200;

    public CliConsole(
        TextWriter output, TextWriter error, TextReader input, bool isInteractive, bool isErrorTerminal, bool isInputTerminal = false)
    {
        IsInputTerminal = isInputTerminal;
        Out = output;
        Error = error;
        In = input;
        IsInteractive = isInteractive;
        IsErrorTerminal = isErrorTerminal;
        OutTables = Create(output, isInteractive);
        ErrorTables = Create(error, isErrorTerminal);
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    public TextReader In { get; }

    /// <summary>Whether both input and output are a terminal.</summary>
    public bool IsInteractive { get; }

    public bool IsErrorTerminal { get; }

    /// <summary>Whether a person types the input.</summary>
    public bool IsInputTerminal { get; }

    /// <summary>For tables on standard output.</summary>
    public IAnsiConsole OutTables { get; }

    /// <summary>For tables on standard error.</summary>
    public IAnsiConsole ErrorTables { get; }

    public static CliConsole OfProcess() => new(GuardedOutput.OfOutput(), GuardedOutput.OfErrors(), Console.In,
        !Console.IsInputRedirected && !Console.IsOutputRedirected, !Console.IsErrorRedirected, !Console.IsInputRedirected);

    /// <summary>Asks a person for a secret, on standard error and without echo.</summary>
    public string AskSecret(string question) =>
        ErrorTables.Prompt(new TextPrompt<string>(Markup.Escape(question)).Secret(null).AllowEmpty());

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = WidthWithoutTerminal;
        return console;
    }
}
