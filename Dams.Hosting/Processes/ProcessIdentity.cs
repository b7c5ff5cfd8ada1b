using System.Diagnostics;
using System.Globalization;

namespace Dams.Hosting.Processes;

/// <summary>
/// The identity of a process: its id, and when it started, in ticks since the machine's start. So a later process with the same id is not
/// taken for it.
/// </summary>
/// <param name="ProcessId">The process id, which the system may use again after the process has ended.</param>
/// <param name="StartTicks">
/// Field 22 of <c>/proc/&lt;pid&gt;/stat</c>; where there is no such file, the start time in ticks of 100 ns.
/// </param>
/// <param name="BootId">The kernel's boot id: it changes at each start of the machine. A hyphen if the system does not report one.</param>
public readonly record struct ProcessIdentity(int ProcessId, long StartTicks, string BootId)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>The kernel's present boot id; a hyphen if the system does not report one.</summary>
    internal static readonly string ThisBoot = File.Exists(BootIdFile) ? File.ReadAllText(BootIdFile).Trim() : "-";

    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } =
        Of(Environment.ProcessId) ?? throw new InvalidOperationException("this process can't be found in the list of processes");

    /// <summary>
    /// Whether that very process still runs. A process that has ended does not, even if its parent has not waited for it yet.
    /// </summary>
    public bool IsAlive => Of(ProcessId) == this;

    /// <summary>The process that has this id now; null if there is none.</summary>
    public static ProcessIdentity? Of(int processId)
    {
        try
        {
            return OperatingSystem.IsLinux() ? OfLinux(processId) : OfOthers(processId);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string text, out ProcessIdentity identity)
    {
        identity = default;
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length != 3 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var startTicks))
            return false;
        identity = new ProcessIdentity(processId, startTicks, parts[2]);
        return true;
    }

    /// <summary>Id, start and boot id, separated by blanks.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessId} {StartTicks} {BootId}");

    private static ProcessIdentity? OfLinux(int processId)
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
        // The second field is the program's name in brackets. The name may contain blanks and brackets itself (proc(5)).
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        const int state = 0;
        const int startTime = 22 - 3;
        if (fields[state] is "Z" or "X")
            return null;
        return new ProcessIdentity(processId, long.Parse(fields[startTime], CultureInfo.InvariantCulture), ThisBoot);
    }

    private static ProcessIdentity? OfOthers(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.HasExited ? null : new ProcessIdentity(processId, process.StartTime.ToUniversalTime().Ticks, ThisBoot);
    }
}
