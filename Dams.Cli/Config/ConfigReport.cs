using System.Collections.Immutable;
using Dams.Hosting.Survival;
using Dams.Hosting.Topology;

namespace Dams.Cli.Config;

/// <summary>The result of <c>dams config check --json</c>.</summary>
/// <param name="File">The file that was read.</param>
/// <param name="Problems">Why no process would start; then everything else is empty.</param>
/// <param name="Warnings">Sentences about what is weak.</param>
/// <param name="Hosts">The hosts and their processes.</param>
/// <param name="Losses">The loss of each host, and then of each pair.</param>
internal sealed record ConfigReport(
    string File, ImmutableArray<TopologyProblem> Problems, ImmutableArray<string> Warnings, ImmutableArray<HostReport> Hosts,
    ImmutableArray<HostLossReport> Losses);

/// <summary>A host and its processes.</summary>
internal sealed record HostReport(string Name, ImmutableArray<string> Processes);

/// <summary>The verdict on a loss; see <see cref="LossVerdict"/>.</summary>
internal sealed record HostLossReport(
    ImmutableArray<string> Lost, ImmutableArray<string> Away, string Calls, string? Reason, bool NeedsFailOver, string FailOver,
    bool OutvotesWrong, bool ReplacesWrong, bool AllowsRestart, bool DelaysStrictWrites);
