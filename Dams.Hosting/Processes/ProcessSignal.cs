using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dams.Hosting.Processes;

/// <summary>Asks processes to stop, which the framework can't do. Also ends, pauses and resumes them.</summary>
public static class ProcessSignal
{
    private const int Sigterm = 15;

    // These two differ between systems (signal(7), and signal.h of macOS).
    private static readonly int s_sigstop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int s_sigcont = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Asks a process to stop in an orderly way. On a system without signals, ends it. Does nothing if it is gone.</summary>
    public static void Terminate(ProcessIdentity process)
    {
        if (!process.IsAlive)
            return;
        if (OperatingSystem.IsWindows())
            Kill(process);
        else
            _ = SendSignal(process.ProcessId, Sigterm); // It can fail only if the process has just ended.
    }

    /// <summary>Ends a process at once. Does nothing if it is gone.</summary>
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

    /// <summary>Pauses a process until it is resumed. Does nothing if it is gone.</summary>
    /// <exception cref="PlatformNotSupportedException">The system has no signals.</exception>
    public static void Pause(ProcessIdentity process) => SendIfAlive(process, s_sigstop);

    /// <summary>Resumes a paused process. Has no effect on one that runs.</summary>
    /// <exception cref="PlatformNotSupportedException">The system has no signals.</exception>
    public static void Resume(ProcessIdentity process) => SendIfAlive(process, s_sigcont);

    /// <summary>Asks all the processes to stop, waits, and ends those that are left. Returns those that ran.</summary>
    public static async Task<IReadOnlyList<ProcessIdentity>> StopAllAsync(
        IEnumerable<ProcessIdentity> processes, TimeSpan grace, TimeProvider time)
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
            throw new PlatformNotSupportedException("processes can't be paused on this system");
        if (process.IsAlive)
            _ = SendSignal(process.ProcessId, signal); // It can fail only if the process has just ended.
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
