using System.Runtime.InteropServices;

namespace Dams.Hosting.Processes;

/// <summary>
/// The limit of files and sockets that this process may have open. On Linux and macOS the runtime raises the soft limit to the hard one
/// when it starts, so this class only reads it. A process that has used up its descriptors can't recover: without a free one the runtime
/// can't even start a thread, and ends with "Out of memory".
/// </summary>
public static class DescriptorLimit
{
    /// <summary>
    /// The descriptors that a process needs besides its incoming connections. As measured, assemblies need some 200 (two each). Pipes, logs
    /// and sockets need 30, segments and snapshots 60, questions to other processes 40, and clients that inject faults 48. Connections that
    /// are being closed (<see cref="Web.ConnectionBound.ClosingMax"/>) need descriptors, too.
    /// </summary>
    public const int Reserve = 448;

    /// <summary>A process with fewer connections is of no use: the other processes of a cluster need about ten.</summary>
    public const int ConnectionsMin = 16;

    /// <summary>The lowest limit with which a process starts.</summary>
    public const int Min = Reserve + ConnectionsMin;

    // getrlimit(2), and sys/resource.h of macOS.
    private static readonly int s_noFile = OperatingSystem.IsMacOS() ? 8 : 7;

    /// <summary>The limit; null if there is none or it is unknown.</summary>
    public static long? Current
    {
        get
        {
            if (OperatingSystem.IsWindows() || GetLimit(s_noFile, out var limit) != 0)
                return null;
            // All bits are set for "unlimited".
            return (long)Math.Min(limit.Soft, long.MaxValue);
        }
    }

    /// <summary>Says why a limit is too low; null if it is high enough.</summary>
    public static string? ProblemOf(long? limit) => limit < Min
        ? $"this process may open {limit} files and sockets, but needs {Min}: "
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
