using System.ComponentModel;
using System.Diagnostics;

namespace Dams.Cli.Bench;

/// <summary>Processor time of other processes on this machine. Unlike elapsed time, this figure holds on a busy machine, too.</summary>
internal static class ProcessorTime
{
    /// <summary>User and system time of these processes so far. Processes that have ended, or run elsewhere, count as zero.</summary>
    public static TimeSpan Of(IEnumerable<int> processes)
    {
        var sum = TimeSpan.Zero;
        foreach (var id in processes)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                sum += process.TotalProcessorTime;
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
            {
                continue;
            }
        }

        return sum;
    }
}
