using Dams.Cli.Client;
using Dams.Hosting.Topology;

namespace Dams.Cli.Cluster;

/// <summary>The one line that <c>dams up</c> writes to standard output.</summary>
internal static class ReadyLine
{
    /// <summary>The front end whose address people on a host use; null if none stands there.</summary>
    /// <param name="topology">The cluster.</param>
    /// <param name="host">The name of the host; null in a configuration without hosts.</param>
    public static ClusterNode? FrontEndOn(ClusterTopology topology, string? host) =>
        topology.FrontEnds.FirstOrDefault(frontEnd => frontEnd.Host == host);

    public static Uri ServiceOf(ClusterTopology topology) => ServiceOf(topology.FrontEnds[0]);

    public static string Of(ClusterTopology topology, string? host = null) =>
        FrontEndOn(topology, host) is { } frontEnd ? $"ready {ServiceOf(frontEnd)}?wsdl" : $"ready {host}";

    private static Uri ServiceOf(ClusterNode frontEnd) => new(frontEnd.Address.ToHttpUri(), CallCommands.ServicePath);
}
