using System.Diagnostics;
using System.Globalization;

namespace Dams.Hosting.Processes;

/// <summary>
/// A process, not to be confused with a later one of the same number: its id, and when it started in ticks since this start of the machine.
/// </summary>
/// <param name="ProcessId">The process id.</param>
/// <param name="StartTicks">Field 22 of <c>/proc/&lt;pid&gt;/stat</c>; where there is no such file, the start time in ticks of 100 ns.</param>
/// <param name="BootId">Which start of the machine.</param>
public readonly record struct ProcessIdentity(int ProcessId, long StartTicks, string BootId)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>Which start of the machine this is; a hyphen if the system does not tell.</summary>
    internal static readonly string ThisBoot = File.Exists(BootIdFile) ? File.ReadAllText(BootIdFile).Trim() : "-";

    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } =
        Of(Environment.ProcessId) ?? throw new InvalidOperationException("this process can't be found in the list of processes");

    /// <summary>Whether that very process still runs. One that has ended but was not yet waited for by its parent does not.</summary>
    public bool IsAlive => Of(ProcessId) == this;

    /// <summary>Who has this id now; null if nobody.</summary>
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
        // The second field is the program's name in brackets, and may hold blanks and brackets itself (proc(5)).
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
