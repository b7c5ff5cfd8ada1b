using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dams.Cli.Demo;

/// <summary>Prints the story line by line, each with its time, and in colours on a terminal.</summary>
internal sealed class DemoTeller(IAnsiConsole console)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>The time since the story began.</summary>
    public TimeSpan Now => _clock.Elapsed;

    /// <summary>Prints the title.</summary>
    public void Begin()
    {
        console.WriteLine();
        console.Write(new Text(
            "DAMS: the right answer while one replica lies and another is dead\n", new Style(decoration: Decoration.Bold)));
        console.WriteLine();
    }

    /// <summary>Prints what happens by itself.</summary>
    public void Tell(string text) => Line("·", Color.Grey, text);

    /// <summary>Prints what is broken on purpose.</summary>
    public void Break(string text) => Line("✗", Color.Red, text);

    /// <summary>Prints what the managers agree on.</summary>
    public void Agree(string text) => Line("»", Color.Blue, text);

    /// <summary>Prints what works again.</summary>
    public void Mend(string text) => Line("✓", Color.Green, text);

    /// <summary>Prints a check that has failed.</summary>
    public void Fail(string text) => Line("✗", Color.Red, text);

    /// <summary>Prints a table.</summary>
    public void Show(IRenderable what)
    {
        console.WriteLine();
        console.Write(what);
    }

    private void Line(string mark, Color color, string text)
    {
        console.Write(new Text(string.Create(CultureInfo.InvariantCulture, $"{Now.TotalSeconds,6:F1} s  "), new Style(Color.Grey)));
        console.Write(new Text(mark + "  ", new Style(color)));
        console.Write(new Text(text + "\n"));
    }
}
