using Dams.Cli.Client;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Spectre.Console;

namespace Dams.Cli.Cluster;

/// <summary>Shows people each process that runs here with its purpose, its address and its log.</summary>
internal static class ClusterTable
{
    public static Table Of(ClusterTopology topology, string? host)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in (ReadOnlySpan<string>)["process", "what it does", "address", "log"])
            table.AddColumn(new TableColumn(heading).NoWrap());
        foreach (var node in topology.NodesOn(host))
        {
            table.AddRow(
                new Text(node.Id.ToString()), new Text(PurposeOf(topology, node)), new Text(node.Address.ToString()),
                new Text(Path.GetRelativePath(Environment.CurrentDirectory, topology.LogFileOf(node.Id))));
        }

        if (topology.NodesOn(host).Any(node => topology.ControlOf(node.Id) is not null))
        {
            table.AddRow(
                new Text("control"), new Text("faults and shutdown, for this machine only"),
                new Text(topology.ControlOn(host).ToString()), new Text(""));
        }

        return table;
    }

    private static string PurposeOf(ClusterTopology topology, ClusterNode node) => node switch
    {
        ReplicaNode replica => $"executes, version {replica.Versions[0]}",
        { Id.Role: NodeRole.FrontEnd } => $"answers SOAP clients at /{CallCommands.ServicePath}, status at /",
        { Id.Role: NodeRole.Sequencer } => node == topology.Sequencers[0] ? "orders the requests" : "stands by to order",
        _ => $"starts, watches and replaces {node.Id with { Role = NodeRole.Replica }}",
    };
}
