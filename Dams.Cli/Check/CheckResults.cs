namespace Dams.Cli.Check;

/// <summary>The results of a run of scenarios; its JSON is the output of <c>--json</c>.</summary>
internal sealed record CheckResult(IReadOnlyList<ScenarioResult> Scenarios, int Passed, int Cases, double Seconds);

/// <summary>The result of a scenario.</summary>
/// <param name="Name">Its name or file.</param>
/// <param name="Title">Its title.</param>
/// <param name="Problems">Why it was not played, or not to its end; none if it was.</param>
/// <param name="Cases">Its cases.</param>
/// <param name="Calls">How many calls were answered.</param>
/// <param name="WrongAnswers">How many answers were not the expected ones.</param>
/// <param name="Repeats">How often a call was repeated because no answer came.</param>
/// <param name="Removed">How many slots and bookings the clean-up has removed.</param>
/// <param name="Left">Sentences about what the clean-up could not remove; none if all is as before.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record ScenarioResult(
    string Name, string Title, IReadOnlyList<string> Problems, IReadOnlyList<CaseResult> Cases, int Calls, int WrongAnswers, int Repeats,
    int Removed, IReadOnlyList<string> Left, double Seconds);

/// <summary>The result of a case.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Verdict"><c>PASSED</c>, <c>FAILED</c> or <c>NOT RUN</c>.</param>
/// <param name="Failure">The line that failed; null unless one did.</param>
internal sealed record CaseResult(string Name, string Verdict, CaseFailure? Failure)
{
    public const string Passed = "PASSED";

    public const string Failed = "FAILED";

    public const string NotRun = "NOT RUN";
}

/// <summary>A line that failed.</summary>
/// <param name="Line">Its number in the file.</param>
/// <param name="Text">The line.</param>
/// <param name="Expected">The expected answers or state.</param>
/// <param name="Actual">The answers or the state instead.</param>
internal sealed record CaseFailure(int Line, string Text, string Expected, string Actual);
