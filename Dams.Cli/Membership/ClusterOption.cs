using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Cli.Membership;

/// <summary>
/// The option that names the cluster's dams.json, for commands that talk to managers. They need it if the processes of the cluster speak
/// TLS: the tool shows the certificate of the host that it runs on.
/// </summary>
internal static class ClusterOption
{
    /// <summary>Makes the option.</summary>
    public static Option<string?> Create() => new("--config")
    {
        Description = "Find the managers, and the certificate of this host, by this dams.json. Needed if the cluster has certificates.",
        HelpName = "FILE",
    };

    /// <summary>Reads a cluster's file, and the certificate of this host.</summary>
    /// <param name="console">Gets what is wrong with the file or its certificates.</param>
    /// <param name="config">The file.</param>
    /// <param name="topology">The cluster.</param>
    /// <param name="tls">TLS; null if the cluster has none.</param>
    /// <returns>Whether nothing is wrong.</returns>
    public static bool TryRead(CliConsole console, string config, [NotNullWhen(true)] out ClusterTopology? topology, out NodeTls? tls)
    {
        tls = null;
        var reading = TopologyReader.ReadFile(config);
        foreach (var problem in reading.Problems)
            console.Error.WriteLine(problem);
        topology = reading.Topology;
        if (topology is null)
            return false;
        try
        {
            tls = NodeCertificates.OpenForTool(topology, TimeProvider.System, NullLogger.Instance);
            return true;
        }
        catch (CertificateException problem)
        {
            console.Error.WriteLine(problem.Message);
            return false;
        }
    }
}
