using System.Net;
using Dams.Contracts.Engines;
using Dams.Contracts.Topology;

namespace Dams.Cli.Cluster;

/// <summary>What <c>dams up</c> was asked for.</summary>
internal sealed record UpOptions
{
    /// <summary>A file that says everything about the cluster; null for the default cluster.</summary>
    public string? Config { get; init; }

    public string DataFolder { get; init; } = "dams-data";

    public int PortsFrom { get; init; } = ClusterTopology.PortsFromDefault;

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    public IReadOnlyList<string> Versions { get; init; } = EngineVersions.Names;

    /// <summary>Begin without bookings; the old ones are kept aside.</summary>
    public bool IsFresh { get; init; }

    /// <summary>Do so without asking.</summary>
    public bool IsSure { get; init; }

    /// <summary>Allow faults to be injected.</summary>
    public bool IsLab { get; init; }

    /// <summary>When to give up waiting for all replicas.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The cluster that these options describe, or what is wrong with the configuration.</summary>
    public TopologyReading ReadTopology() => Config is not null
        ? TopologyReader.ReadFile(Config)
        : new TopologyReading(ClusterTopology.Default(PortsFrom, Address, DataFolder, Versions), []);
}
