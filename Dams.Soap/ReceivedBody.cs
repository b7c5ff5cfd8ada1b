namespace Dams.Soap;

/// <summary>The body of a request: its text, or the reason why there is none.</summary>
/// <param name="Text">The text of the message; empty if there is a refusal.</param>
/// <param name="Refusal">The reason for the fault, or null.</param>
/// <param name="Status">The HTTP status of that fault.</param>
internal readonly record struct ReceivedBody(string Text, SoapRefusal? Refusal, int Status);
