using Dams.Cli.Client;
using Dams.Hosting.Topology;

namespace Dams.Cli.Cluster;

/// <summary>The one line that <c>dams up</c> writes to standard output.</summary>
internal static class ReadyLine
{
    public static Uri ServiceOf(ClusterTopology topology) => new(topology.UriOf(topology.FrontEnds[0]), CallCommands.ServicePath);

    public static string Of(ClusterTopology topology) => $"ready {ServiceOf(topology)}?wsdl";
}
