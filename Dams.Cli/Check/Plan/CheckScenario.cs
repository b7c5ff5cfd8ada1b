namespace Dams.Cli.Check.Plan;

/// <summary>A scenario: named cases, which are played one after the other against a running cluster.</summary>
/// <param name="Name">Its name: that of a shipped scenario, or of its file.</param>
/// <param name="Title">A sentence about what it checks.</param>
/// <param name="Cases">The cases in their order.</param>
internal sealed record CheckScenario(string Name, string Title, IReadOnlyList<CheckCase> Cases)
{
    /// <summary>Whether it breaks something on purpose.</summary>
    public bool NeedsLab => Steps.Any(step => step is FaultStep);

    /// <summary>The steps of all cases in their order.</summary>
    public IEnumerable<CheckStep> Steps => Cases.SelectMany(part => part.Steps);
}

/// <summary>A part of a scenario that passes or fails.</summary>
internal sealed record CheckCase(string Name, IReadOnlyList<CheckStep> Steps);
