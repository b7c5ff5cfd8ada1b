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

    /// <summary>The problem, its place and the remedy; null if there is room, or nobody can tell.</summary>
    /// <param name="topology">The cluster.</param>
    /// <param name="isAnew">All logs are made anew, and what is there stays on the disk.</param>
    public static string? ProblemOf(ClusterTopology topology, bool isAnew)
    {
        // A folder outside may be on another disk: its process finds out.
        var beginners = topology.Nodes.Where(node => node.Id.Role is NodeRole.Replica or NodeRole.Manager)
            .Select(node => (node.Id, Path: topology.FolderOf(node.Id)))
            .Count(node => topology.Keeps(node.Path) && (isAnew || !PidFile.WasHeld(node.Path, node.Id.ToString())));
        return beginners > 0 && DiskRoom.FreeBytesAt(topology.DataFolder) is { } free ? ProblemOf(topology.DataFolder, beginners, free) : null;
    }

    internal static string? ProblemOf(string folder, int newLogs, long free)
    {
        var needed = newLogs * new DurableLogOptions { Folder = folder }.FirstSegmentBytes + Reserve;
        return free >= needed ? null : string.Create(CultureInfo.InvariantCulture,
            $"the disk of {folder} has {free / Mebibyte} MiB left, and {newLogs} new logs need {needed / Mebibyte}: make room on it, or choose another data folder");
    }
}
