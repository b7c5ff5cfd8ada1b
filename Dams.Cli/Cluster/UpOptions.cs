using System.Net;
using Dams.Hosting.Topology;

namespace Dams.Cli.Cluster;

/// <summary>The options of <c>dams up</c>.</summary>
internal sealed record UpOptions
{
    /// <summary>A file with the whole configuration of the cluster; null for the default cluster.</summary>
    public string? Config { get; init; }

    /// <summary>The name of the host whose processes run here; null in a configuration without hosts.</summary>
    public string? Host { get; init; }

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

    /// <summary>The reason why the processes of <see cref="Host"/> can't be run, and what to do; null if they can.</summary>
    public string? ProblemOfHost(ClusterTopology topology) => Host switch
    {
        null when topology.Hosts.IsEmpty => null,
        null => $"{Config} has hosts, and dams up runs the processes of one: "
            + $"add --host with one of {string.Join(", ", topology.Hosts.Keys)}",
        _ when topology.Hosts.IsEmpty => $"--host is {Host}, but {Config ?? "the default cluster"} has no hosts: leave --host out, "
            + $"or add a table \"hosts\" to a {ClusterTopology.FileName} and name that with --config",
        _ when !topology.Hosts.ContainsKey(Host) =>
            $"--host is {Host}, but {Config} has no such host; it has {string.Join(", ", topology.Hosts.Keys)}",
        _ when !topology.NodesOn(Host).Any() =>
            $"--host is {Host}, but nothing stands there: give a process of {Config} \"host\": \"{Host}\"",
        _ => null,
    };
}
