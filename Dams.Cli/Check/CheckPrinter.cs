using System.Globalization;
using System.Text.Json;
using Dams.Cli.Check.Plan;
using Spectre.Console;

namespace Dams.Cli.Check;

/// <summary>Prints the results of scenarios as they come, in lines of at most 79 characters; or one JSON document at the end.</summary>
internal sealed class CheckPrinter(CliConsole console, bool asJson)
{
    private const int Columns = 79;
    private const string Detail = "           ";
    private const int LabelWidth = 10;

    private bool _isFirst = true;

    /// <summary>Prints the title of a scenario.</summary>
    public void Begin(CheckScenario scenario)
    {
        if (asJson)
            return;
        if (!_isFirst)
            console.Out.WriteLine();
        _isFirst = false;
        Write($"{scenario.Name}: ", scenario.Title, "  ");
    }

    /// <summary>Prints the result of a case.</summary>
    public void Show(CaseResult result)
    {
        if (asJson)
            return;
        console.OutTables.Write(new Text($"  {result.Verdict,-7}", new Style(result.Verdict switch
        {
            CaseResult.Passed => Color.Green,
            CaseResult.Failed => Color.Red,
            _ => Color.Yellow,
        })));
        Write("  ", result.Name, Detail, used: 2 + CaseResult.NotRun.Length);
        if (result.Failure is not { } failure)
            return;
        WriteDetail(string.Create(CultureInfo.InvariantCulture, $"line {failure.Line}:"), failure.Text);
        WriteDetail("expected:", failure.Expected);
        WriteDetail("actual:", failure.Actual);
    }

    /// <summary>Prints the end of a scenario.</summary>
    public void End(ScenarioResult result)
    {
        if (asJson)
            return;
        foreach (var problem in result.Problems)
            Write("  ", problem, "  ", console.Error);
        foreach (var left in result.Left)
            Write("  ", left, "    ", console.Error);
        if (result.Calls > 0)
        {
            console.Out.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"  {result.Calls} calls, {result.WrongAnswers} wrong answers, ")
                + string.Create(CultureInfo.InvariantCulture, $"{result.Repeats} repeats; {result.Removed} slots and bookings removed"));
        }
    }

    /// <summary>Prints the end of all scenarios.</summary>
    public void End(CheckResult result)
    {
        if (asJson)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(result, CheckJson.Plain.CheckResult));
            return;
        }

        console.Out.WriteLine();
        console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Passed} of {result.Cases} passed in {result.Seconds:F1} s"));
    }

    private void WriteDetail(string label, string text) =>
        Write(Detail + label.PadRight(LabelWidth), text, Detail + new string(' ', LabelWidth));

    /// <summary>Writes a text after a heading. Lines that are too long are continued below it.</summary>
    private void Write(string heading, string text, string below, TextWriter? to = null, int used = 0)
    {
        var output = to ?? console.Out;
        var line = heading;
        var isEmpty = true;
        foreach (var word in text.Split(' '))
        {
            if (!isEmpty && used + line.Length + 1 + word.Length > Columns)
            {
                output.WriteLine(line);
                (line, used, isEmpty) = (below, 0, true);
            }

            line += isEmpty ? word : $" {word}";
            isEmpty = false;
        }

        output.WriteLine(line);
    }
}
