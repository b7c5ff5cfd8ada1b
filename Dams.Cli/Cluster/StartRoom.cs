using System.Globalization;
using Dams.Contracts.Topology;
using Dams.Hosting.Processes;
using Dams.Ordering.Storage;

namespace Dams.Cli.Cluster;

/// <summary>
/// Whether the disk has room for the logs that a first start makes. Without, each process would find out for itself, and be started again
/// and again.
/// </summary>
internal static class StartRoom
{
    // The processes' own logs, and the small files.
    private const long Reserve = 4 * 1024 * 1024;
    private const long Mebibyte = 1024 * 1024;

    /// <summary>The problem, its place and the remedy; null if there is room.</summary>
    public static string? ProblemOf(ClusterTopology topology)
    {
        var beginners = topology.Nodes.Where(node => node.Id.Role is NodeRole.Replica or NodeRole.Manager)
            .Count(node => !PidFile.WasHeld(topology.FolderOf(node.Id), node.Id.ToString()));
        return beginners == 0 ? null : ProblemOf(topology.DataFolder, beginners, new DriveInfo(topology.DataFolder).AvailableFreeSpace);
    }

    internal static string? ProblemOf(string folder, int newLogs, long free)
    {
        var needed = newLogs * new DurableLogOptions { Folder = folder }.FirstSegmentBytes + Reserve;
        return free >= needed ? null : string.Create(CultureInfo.InvariantCulture,
            $"the disk of {folder} has {free / Mebibyte} MiB left, and {newLogs} new logs need {needed / Mebibyte}: make room on it, or choose another data folder");
    }
}
