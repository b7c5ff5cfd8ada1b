using Dams.Hosting.Topology;

namespace Dams.Hosting;

/// <summary>
/// Refuses to listen beyond loopback without what keeps strangers out: the certificates with which hosts know each other, and the key
/// that seals datagrams. A key that each host made for itself would fit no other.
/// </summary>
public static class BeyondLoopback
{
    /// <summary>The missing things, each as a sentence that says what to run. None in a cluster that only this machine reaches.</summary>
    /// <param name="topology">The cluster.</param>
    /// <param name="config">The file of the configuration; null if there is none.</param>
    public static IReadOnlyList<string> ProblemsOf(ClusterTopology topology, string? config)
    {
        if (!topology.IsBeyondLoopback)
            return [];
        var file = config ?? ClusterTopology.FileName;
        var problems = new List<string>();
        if (topology.Tls is null)
        {
            problems.Add($"{topology.Cluster} does not listen beyond loopback without certificates: "
                + $"add \"tls\": {{ \"folder\": \"certs\" }} to {file}, and run dams certs new --config {file}");
        }

        if (!File.Exists(topology.KeyFile))
        {
            problems.Add($"{topology.Cluster} does not listen beyond loopback without the key {topology.KeyFile}: "
                + $"run dams key new --config {file} on one host, and copy the key to the others");
        }

        return problems;
    }
}
