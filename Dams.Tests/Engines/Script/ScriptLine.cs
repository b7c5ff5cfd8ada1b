using Dams.Contracts.Domain;

namespace Dams.Tests.Engines.Script;

/// <summary>A line of a script: a call, or a look at a slot, and what is expected of it.</summary>
/// <param name="Text">The line as written, without the expectation.</param>
/// <param name="Command">The call; null if the line looks at a slot.</param>
/// <param name="LookAt">The slot that the line looks at, if it does.</param>
/// <param name="Expected">The text after the arrow; null if the call is only expected to succeed.</param>
internal sealed record ScriptLine(string Text, Command? Command, Slot? LookAt, string? Expected);
