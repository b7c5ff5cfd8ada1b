using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dams.Hosting.Processes;

/// <summary>Asks processes to stop, which the framework can't, or ends them.</summary>
public static class ProcessSignal
{
    private const int Sigterm = 15;

    // These two differ between systems (signal(7), and signal.h of macOS).
    private static readonly int s_sigstop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int s_sigcont = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Asks it to stop in order. Where there are no signals, ends it. Nothing happens if it is gone.</summary>
    public static void Terminate(ProcessIdentity process)
    {
        if (!process.IsAlive)
            return;
        if (OperatingSystem.IsWindows())
            Kill(process);
        else
            _ = SendSignal(process.ProcessId, Sigterm); // The only failure left is that it has just ended.
    }

    /// <summary>Ends it at once. Nothing happens if it is gone.</summary>
    public static void Kill(ProcessIdentity process)
    {
        if (!process.IsAlive)
            return;
        try
        {
            using var found = Process.GetProcessById(process.ProcessId);
            found.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It has just ended.
        }
    }

    /// <summary>Has it do nothing until it is resumed. Nothing happens if it is gone.</summary>
    /// <exception cref="PlatformNotSupportedException">There are no signals.</exception>
    public static void Pause(ProcessIdentity process) => SendIfAlive(process, s_sigstop);

    /// <summary>Has a paused process go on; one that runs does not notice.</summary>
    /// <exception cref="PlatformNotSupportedException">There are no signals.</exception>
    public static void Resume(ProcessIdentity process) => SendIfAlive(process, s_sigcont);

    /// <summary>Asks them all to stop, waits, and ends those that are left. Returns those that ran.</summary>
    public static async Task<IReadOnlyList<ProcessIdentity>> StopAllAsync(IEnumerable<ProcessIdentity> processes, TimeSpan grace, TimeProvider time)
    {
        var running = processes.Where(process => process.IsAlive).ToList();
        running.ForEach(Terminate);
        await WaitForEndAsync(running, grace, time).ConfigureAwait(false);
        running.ForEach(Kill);
        await WaitForEndAsync(running, grace, time).ConfigureAwait(false);
        return running;
    }

    private static void SendIfAlive(ProcessIdentity process, int signal)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("processes can't be paused here");
        if (process.IsAlive)
            _ = SendSignal(process.ProcessId, signal); // The only failure left is that it has just ended.
    }

    private static async Task WaitForEndAsync(List<ProcessIdentity> processes, TimeSpan limit, TimeProvider time)
    {
        var start = time.GetTimestamp();
        while (processes.Exists(process => process.IsAlive) && time.GetElapsedTime(start) < limit)
            await Task.Delay(TimeSpan.FromMilliseconds(20), time).ConfigureAwait(false);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
