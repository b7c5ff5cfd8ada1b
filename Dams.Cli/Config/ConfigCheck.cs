using System.Collections.Immutable;
using System.Text.Json;
using Dams.Hosting.Folders;
using Dams.Hosting.Survival;
using Dams.Hosting.Topology;

namespace Dams.Cli.Config;

/// <summary><c>dams config check</c>.</summary>
internal static class ConfigCheck
{
    public static int Run(CliConsole console, string file, bool asJson)
    {
        var reading = TopologyReader.ReadFile(file);
        var problems = reading.Problems;
        if (reading.Topology is { } read && FolderProblemOf(read) is { } refusal)
            problems = [new TopologyProblem("$.dataFolder", refusal, "a data folder of this cluster, or an empty one")];
        if (problems.Length > 0)
        {
            if (asJson)
                Write(console, new ConfigReport(file, problems, [], [], []));
            else
                Report(console, file, problems);
            return CliExitCodes.Usage;
        }

        var topology = reading.Topology!;
        var placement = Placement.Of(topology);
        var warnings = PlacementWarnings.Of(topology);
        if (asJson)
            Write(console, ReportOf(file, placement, warnings));
        else
            Show(console, file, topology, placement, warnings);
        return warnings.IsEmpty ? CliExitCodes.Success : CliExitCodes.OtherOutcome;
    }

    /// <summary>Writes problems for people.</summary>
    public static void Report(CliConsole console, string file, ImmutableArray<TopologyProblem> problems)
    {
        console.Error.WriteLine($"{file} can't be used:");
        foreach (var problem in problems)
            console.Error.WriteLine(problem);
    }

    // A process looks at the folder, too, before it starts.
    private static string? FolderProblemOf(ClusterTopology topology)
    {
        try
        {
            DataFolder.Check(topology);
            return null;
        }
        catch (DataFolderException refusal)
        {
            return refusal.Message;
        }
    }

    private static void Show(
        CliConsole console, string file, ClusterTopology topology, Placement placement, ImmutableArray<string> warnings)
    {
        console.OutTables.Write(PlacementTables.Render(file, topology, placement));
        if (warnings.IsEmpty)
            console.Out.WriteLine("No warnings.");
        foreach (var warning in warnings)
            console.OutTables.Write(PlacementTables.Item("warning", warning));
    }

    private static ConfigReport ReportOf(string file, Placement placement, ImmutableArray<string> warnings) => new(
        file, [], warnings,
        [.. placement.Hosts.Select(host => new HostReport(host, PlacementTables.ProcessesOf(placement, host)))],
        [.. LossRules.OfHostsAndPairs(placement).Select(loss => new HostLossReport(
            loss.Hosts, [.. loss.Nodes.Select(node => node.ToString())], ConfigJson.NameOf(loss.Calls),
            loss.Reason is { } reason ? ConfigJson.NameOf(reason) : null, loss.NeedsFailOver, ConfigJson.NameOf(loss.FailOver),
            loss.OutvotesWrong, loss.ReplacesWrong, loss.AllowsRestart, loss.DelaysStrictWrites))]);

    private static void Write(CliConsole console, ConfigReport report) =>
        console.Out.WriteLine(JsonSerializer.Serialize(report, ConfigJson.Plain.ConfigReport));
}
