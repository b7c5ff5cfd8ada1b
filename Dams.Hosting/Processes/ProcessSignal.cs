using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dams.Hosting.Processes;

/// <summary>Asks processes to stop, which the framework can't, or ends them.</summary>
public static class ProcessSignal
{
    private const int Sigterm = 15;

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
