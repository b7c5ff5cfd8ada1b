using System.Globalization;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Cli.Cluster;

/// <summary>
/// Checks whether the disk has room for the logs that a first start makes. Without this check each process would notice a full disk by
/// itself, and be restarted again and again.
/// </summary>
internal static class StartRoom
{
    // The processes' own logs, and the small files.
    private const long Reserve = 4 * 1024 * 1024;
    private const long Mebibyte = 1024 * 1024;

    /// <summary>The problem, its place and the remedy; null if there is room, or the free space is not known.</summary>
    /// <param name="topology">The cluster that is to start.</param>
    /// <param name="host">The host whose processes start here; null in a configuration without hosts.</param>
    /// <param name="isAnew">Whether all logs are made anew, while the old data stays on the disk.</param>
    public static string? ProblemOf(ClusterTopology topology, string? host, bool isAnew)
    {
        // A folder outside the data folder may be on another disk; its process checks that disk itself.
        var beginners = topology.NodesOn(host).Where(node => node.Id.Role is NodeRole.Replica or NodeRole.Manager)
            .Select(node => (node.Id, Path: topology.FolderOf(node.Id)))
            .Count(node => topology.Keeps(node.Path) && (isAnew || !PidFile.WasHeld(node.Path, node.Id.ToString())));
        return beginners > 0 && DiskRoom.FreeBytesAt(topology.DataFolder) is { } free
            ? ProblemOf(topology.DataFolder, beginners, free)
            : null;
    }

    internal static string? ProblemOf(string folder, int newLogs, long free)
    {
        var needed = newLogs * new DurableLogOptions { Folder = folder }.FirstSegmentBytes + Reserve;
        return free >= needed ? null : string.Create(CultureInfo.InvariantCulture,
            $"the disk of {folder} has {free / Mebibyte} MiB left, and {newLogs} new logs need {needed / Mebibyte}: "
            + $"make room on it, or choose another data folder");
    }
}
