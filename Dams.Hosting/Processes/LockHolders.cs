using System.Globalization;
using Dams.Hosting.Folders;

namespace Dams.Hosting.Processes;

/// <summary>Finds the processes that have locked a file, as <c>/proc/locks</c> shows them (proc_locks(5)). Any thread.</summary>
internal static class LockHolders
{
    private const string List = "/proc/locks";

    /// <summary>The ids of the processes; none if the system does not tell.</summary>
    public static IReadOnlyList<int> Of(string path)
    {
        try
        {
            return File.Exists(List) && UnixEntry.Of(path, followsLinks: true) is { Inode: { } inode, Device: { } device }
                ? Find(File.ReadAllLines(List), device, inode)
                : [];
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Names the processes for a message; null if there are none.</summary>
    public static string? TextOf(string path) => Of(path) switch
    {
        [] => null,
        [var one] => string.Create(CultureInfo.InvariantCulture, $"process {one}"),
        var several => "processes " + string.Join(", ", several.Select(one => one.ToString(CultureInfo.InvariantCulture))),
    };

    // 1: FLOCK  ADVISORY  READ 1234 08:01:5678 0 EOF. A line with an arrow is a process that waits for the lock.
    internal static IReadOnlyList<int> Find(IEnumerable<string> lines, ulong device, ulong inode)
    {
        var file = string.Create(CultureInfo.InvariantCulture, $"{device >> 32:x2}:{device & uint.MaxValue:x2}:{inode}");
        return
        [
            .. lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields.Length >= 6 && fields[1] == "FLOCK" && fields[5] == file)
                .Select(fields => int.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id => id > 0).Distinct(),
        ];
    }
}
