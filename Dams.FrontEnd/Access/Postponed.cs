namespace Dams.FrontEnd.Access;

/// <summary>The feature of a request whose password was not checked, because too many were wrong.</summary>
/// <param name="RetryAfter">The time until another attempt may be made.</param>
internal sealed record Postponed(TimeSpan RetryAfter);
