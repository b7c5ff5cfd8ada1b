using System.Runtime.InteropServices;

namespace Dams.Hosting.Processes;

/// <summary>
/// How many files and sockets this process may have open. The runtime raises the soft limit to the hard one when it starts, on Linux and
/// macOS, so this only reads. What is used up can't be given back to a process in need: without a free descriptor the runtime can't even
/// start a thread, and ends with "Out of memory".
/// </summary>
public static class DescriptorLimit
{
    /// <summary>
    /// What a process needs besides the connections that it is asked over. As measured: two for each assembly (some 200), 30 for pipes,
    /// logs and sockets, 60 for segments and snapshots, 40 for what it asks others, 48 for those who inject faults, and what is being closed
    /// (<see cref="Web.ConnectionBound.ClosingMax"/>).
    /// </summary>
    public const int Reserve = 448;

    /// <summary>With fewer connections than these a process is of no use: the others of a cluster need about ten.</summary>
    public const int ConnectionsMin = 16;

    /// <summary>A process with a lower limit does not start.</summary>
    public const int Min = Reserve + ConnectionsMin;

    // getrlimit(2), and sys/resource.h of macOS.
    private static readonly int s_noFile = OperatingSystem.IsMacOS() ? 8 : 7;

    /// <summary>The limit; null where there is none, or none that is known.</summary>
    public static long? Current
    {
        get
        {
            if (OperatingSystem.IsWindows() || GetLimit(s_noFile, out var limit) != 0)
                return null;
            // "Unlimited" is all ones.
            return (long)Math.Min(limit.Soft, long.MaxValue);
        }
    }

    /// <summary>What is wrong with a limit; null if nothing is.</summary>
    public static string? ProblemOf(long? limit) => limit < Min
        ? $"this process may open {limit} files and sockets, and needs {Min}: "
            + "raise the hard limit (ulimit -Hn, or LimitNOFILE= of systemd) and start it again"
        : null;

    [DllImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetLimit(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
