namespace Dams.Cli.Check.Plan;

/// <summary>A step of a case.</summary>
/// <param name="Line">The number of its line in the file, from 1.</param>
/// <param name="Text">The line without its comment.</param>
internal abstract record CheckStep(int Line, string Text);

/// <summary>One or more calls of the service.</summary>
/// <param name="Line">The number of the first line.</param>
/// <param name="Text">The first line.</param>
/// <param name="IsTogether">Whether all calls are sent at the same time; otherwise one after the other.</param>
/// <param name="Groups">The calls of each line, with the answers that the line expects.</param>
internal sealed record CallStep(int Line, string Text, bool IsTogether, IReadOnlyList<CallGroup> Groups) : CheckStep(Line, Text);

/// <summary>The calls of one line.</summary>
internal sealed record CallGroup(int Line, string Text, IReadOnlyList<ScenarioCall> Calls, Expectation Expected);

/// <summary>An order to the fault lab.</summary>
/// <param name="Line">The number of its line.</param>
/// <param name="Text">Its line.</param>
/// <param name="Words">The words of the line, as <c>dams fault</c> takes them.</param>
internal sealed record FaultStep(int Line, string Text, IReadOnlyList<string> Words) : CheckStep(Line, Text);

/// <summary>Waits for a state of the cluster.</summary>
/// <param name="Line">The number of its line.</param>
/// <param name="Text">Its line.</param>
/// <param name="Until">The state.</param>
/// <param name="Within">The longest time to wait; null for that of the command line.</param>
internal sealed record WaitStep(int Line, string Text, WaitCondition Until, TimeSpan? Within) : CheckStep(Line, Text);
