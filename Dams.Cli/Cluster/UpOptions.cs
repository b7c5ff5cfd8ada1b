using System.Collections.Immutable;
using System.Net;
using Dams.Hosting.Topology;

namespace Dams.Cli.Cluster;

/// <summary>The options of <c>dams up</c>. An option that was not given is null, and the configuration or the default counts.</summary>
internal sealed record UpOptions
{
    /// <summary>The data folder if no option names one.</summary>
    public const string DataFolderDefault = "dams-data";

    /// <summary>A file with the whole configuration of the cluster; null for that of the data folder.</summary>
    public string? Config { get; init; }

    /// <summary>The name of the host whose processes run here; null in a configuration without hosts.</summary>
    public string? Host { get; init; }

    public string DataFolder { get; init; } = DataFolderDefault;

    public int? PortsFrom { get; init; }

    public IPAddress? Address { get; init; }

    public IReadOnlyList<string>? Versions { get; init; }

    /// <summary>Start without bookings; the old data is set aside.</summary>
    public bool IsFresh { get; init; }

    /// <summary>Set the old data aside without asking.</summary>
    public bool IsSure { get; init; }

    /// <summary>Allow faults to be injected.</summary>
    public bool IsLab { get; init; }

    /// <summary>How long to wait for all replicas.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The configuration's file: the one that was named, else that of the data folder; null if there is none, so that the cluster is the
    /// default one.
    /// </summary>
    public string? File => Config ?? (System.IO.File.Exists(OwnFile) || Directory.Exists(OwnFile) ? OwnFile : null);

    private string OwnFile => Path.Combine(Path.GetFullPath(DataFolder), ClusterTopology.FileName);

    /// <summary>The cluster that these options describe, or what is wrong with the configuration.</summary>
    public TopologyReading ReadTopology() => File is { } file
        ? TopologyReader.ReadFile(file)
        : new TopologyReading(
            ClusterTopology.Default(PortsFrom ?? ClusterTopology.PortsFromDefault, Address, DataFolder, Versions), []);

    /// <summary>Names the options that contradict the configuration's file, each with the first setting that is otherwise.</summary>
    /// <param name="topology">The configuration in the file.</param>
    public IReadOnlyList<string> ContradictionsOf(ClusterTopology topology)
    {
        if (File is not { } file || Config is not null)
            return [];
        var settings = new List<(string Option, string Setting, string Is, string? Wanted)>();
        if (Path.GetFullPath(DataFolder) is var folder && topology.DataFolder != folder)
            settings.Add(($"--data {DataFolder}", "$.dataFolder", topology.DataFolder, folder));
        foreach (var node in topology.Nodes)
        {
            var port = topology.PortSettingOf(node.Id);
            if (PortsFrom is { } first && PortOf(node, first) is var wanted && wanted != node.Listen.Port)
                settings.Add(($"--ports-from {first}", port, $"{node.Listen.Port}", wanted is null ? "nothing" : $"{wanted}"));
            if (Address is not null && !Address.Equals(node.Listen.Address))
                settings.Add(($"--address {Address}", port.Replace(".port", ".address", StringComparison.Ordinal), $"{node.Listen.Address}",
                    $"{Address}"));
            if (Versions is not null && node is ReplicaNode replica && VersionsOf(replica) is var versions
                && !replica.Versions.SequenceEqual(versions))
            {
                settings.Add(($"--versions {string.Join(',', Versions)}", port.Replace(".port", ".versions", StringComparison.Ordinal),
                    string.Join(',', replica.Versions), string.Join(',', versions)));
            }
        }

        return
        [
            .. settings.DistinctBy(setting => setting.Option).Select(setting =>
                $"{setting.Option} contradicts {file}: {setting.Setting} is {setting.Is} there, and the option wants {setting.Wanted}. "
                + "Leave the option out, or change the file."),
        ];
    }

    private static int? PortOf(ClusterNode node, int first) => ClusterTopology.Default(first).Find(node.Id)?.Listen.Port;

    private ImmutableArray<string> VersionsOf(ReplicaNode replica) =>
        ClusterTopology.Default(versions: Versions).FindReplica(replica.Id.Number)?.Versions ?? replica.Versions;

    /// <summary>The reason why the processes of <see cref="Host"/> can't be run, and what to do; null if they can.</summary>
    public string? ProblemOfHost(ClusterTopology topology) => Host switch
    {
        null when topology.Hosts.IsEmpty => null,
        null => $"{File} has hosts, and dams up runs the processes of one: add --host with one of {string.Join(", ", topology.Hosts.Keys)}",
        _ when topology.Hosts.IsEmpty => $"--host is {Host}, but {File ?? "the default cluster"} has no hosts: leave --host out, "
            + $"or add a table \"hosts\" to a {ClusterTopology.FileName} and name that with --config",
        _ when !topology.Hosts.ContainsKey(Host) =>
            $"--host is {Host}, but {File} has no such host; it has {string.Join(", ", topology.Hosts.Keys)}",
        _ when !topology.NodesOn(Host).Any() =>
            $"--host is {Host}, but nothing stands there: give a process of {File} \"host\": \"{Host}\"",
        _ => null,
    };
}
