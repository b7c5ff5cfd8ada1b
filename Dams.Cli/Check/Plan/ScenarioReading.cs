using System.Globalization;

namespace Dams.Cli.Check.Plan;

/// <summary>The result of reading a scenario: the scenario, or all that is wrong with its text.</summary>
internal sealed record ScenarioReading(CheckScenario? Scenario, IReadOnlyList<ScenarioProblem> Problems);

/// <summary>A mistake in a scenario.</summary>
/// <param name="File">The name of the scenario or its file.</param>
/// <param name="Line">The number of the line, from 1; 0 for the whole file.</param>
/// <param name="Text">A sentence: what is wrong, and what can stand there.</param>
internal sealed record ScenarioProblem(string File, int Line, string Text)
{
    public override string ToString() => Line == 0
        ? $"{File}: {Text}"
        : string.Create(CultureInfo.InvariantCulture, $"{File}, line {Line}: {Text}");
}
