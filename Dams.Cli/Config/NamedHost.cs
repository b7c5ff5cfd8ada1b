namespace Dams.Cli.Config;

/// <summary>A host as the command line gives it: its name, and its address or DNS name. Neither is checked yet.</summary>
internal sealed record NamedHost(string Name, string Address);
