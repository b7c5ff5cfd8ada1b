using System.Collections.Immutable;
using System.Globalization;
using Dams.Hosting.Survival;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dams.Cli.Config;

/// <summary>Draws a placement, and what losses of its hosts mean.</summary>
internal static class PlacementTables
{
    /// <summary>Draws where the processes stand, the table of losses, and what each single loss means in sentences.</summary>
    public static IRenderable Render(string file, ClusterTopology topology, Placement placement)
    {
        var losses = LossRules.OfHostsAndPairs(placement).ToList();
        return new Rows(
        [
            new Text(Head(file, topology, placement.View)), Hosts(topology, placement), Losses(losses),
            .. losses.Where(loss => loss.Hosts.Length == 1).Select(loss =>
                Item(loss.Hosts[0], string.Join(' ', VerdictText.SentencesOf(loss, placement)))),
            new Text("The first start needs all replicas. A loss is that of a whole host, until it is back."),
        ]);
    }

    /// <summary>A paragraph that begins with a word and is indented below it.</summary>
    public static IRenderable Item(string word, string text)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn().PadRight(0));
        return grid.AddRow(new Text(word + ":"), new Text(text));
    }

    /// <summary>The names of the processes on a host.</summary>
    public static ImmutableArray<string> ProcessesOf(Placement placement, string host) =>
        [.. placement.Nodes.Where(node => node.Host == host).Select(node => node.Id.ToString())];

    private static string Head(string file, ClusterTopology topology, View view) => string.Create(
        CultureInfo.InvariantCulture,
        $"{file}: cluster {topology.Cluster}. K = {view.CommitQuorum} disks commit an entry, Q = {view.EpochQuorum} promises ")
        + string.Create(CultureInfo.InvariantCulture,
            $"of {view.Voters} replicas begin an epoch, {VotingRules.AnswerQuorum} equal replies are an answer.");

    private static Table Hosts(ClusterTopology topology, Placement placement)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("host").AddColumn("address").AddColumn("processes");
        foreach (var host in placement.Hosts)
        {
            table.AddRow(
                new Text(host), new Text(topology.Hosts.TryGetValue(host, out var known) ? known.Address.Text : host),
                new Text(string.Join(' ', ProcessesOf(placement, host))));
        }

        return table;
    }

    private static Table Losses(IEnumerable<LossVerdict> losses)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("lost").AddColumn("calls").AddColumn("failover").AddColumn("a wrong replica is").AddColumn("restarts");
        foreach (var loss in losses)
        {
            var answers = loss.Calls != CallsAfterLoss.Stop;
            table.AddRow(
                new Text(string.Join(" and ", loss.Hosts)), new Text(VerdictText.CallsOf(loss)), new Text(VerdictText.FailOverOf(loss)),
                new Text(answers ? VerdictText.WrongOf(loss) : "-"), new Text(loss.AllowsRestart ? "possible" : "wait"));
        }

        return table;
    }
}
