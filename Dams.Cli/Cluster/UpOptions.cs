using System.Net;
using Dams.Hosting.Topology;

namespace Dams.Cli.Cluster;

/// <summary>The options of <c>dams up</c>.</summary>
internal sealed record UpOptions
{
    /// <summary>A file with the whole configuration of the cluster; null for the default cluster.</summary>
    public string? Config { get; init; }

    public string DataFolder { get; init; } = "dams-data";

    public int PortsFrom { get; init; } = ClusterTopology.PortsFromDefault;

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    public IReadOnlyList<string> Versions { get; init; } = KnownVersions.Names;

    /// <summary>Start without bookings; the old data is set aside.</summary>
    public bool IsFresh { get; init; }

    /// <summary>Set the old data aside without asking.</summary>
    public bool IsSure { get; init; }

    /// <summary>Allow faults to be injected.</summary>
    public bool IsLab { get; init; }

    /// <summary>How long to wait for all replicas.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The cluster that these options describe, or what is wrong with the configuration.</summary>
    public TopologyReading ReadTopology() => Config is not null
        ? TopologyReader.ReadFile(Config)
        : new TopologyReading(ClusterTopology.Default(PortsFrom, Address, DataFolder, Versions), []);
}
