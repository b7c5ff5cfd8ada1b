namespace Dams.Tests.Processes.ThirdParty;

/// <summary>Commands of docs/CLIENTS.md, and what they print.</summary>
internal sealed record ClientRun(string Commands, string Output);
