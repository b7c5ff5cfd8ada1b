using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dams.Cli.Demo;

/// <summary>Tells the story line by line, each with its time; in colours if somebody watches.</summary>
internal sealed class DemoTeller(IAnsiConsole console)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Time of the story.</summary>
    public TimeSpan Now => _clock.Elapsed;

    /// <summary>The title.</summary>
    public void Begin()
    {
        console.WriteLine();
        console.Write(new Text("DAMS: the right answer while one replica lies and another is dead\n", new Style(decoration: Decoration.Bold)));
        console.WriteLine();
    }

    /// <summary>What happens by itself.</summary>
    public void Tell(string text) => Line("·", Color.Grey, text);

    /// <summary>What is broken on purpose.</summary>
    public void Break(string text) => Line("✗", Color.Red, text);

    /// <summary>What the managers agree on.</summary>
    public void Agree(string text) => Line("»", Color.Blue, text);

    /// <summary>What is well again.</summary>
    public void Mend(string text) => Line("✓", Color.Green, text);

    /// <summary>What does not hold.</summary>
    public void Fail(string text) => Line("✗", Color.Red, text);

    /// <summary>A table.</summary>
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
