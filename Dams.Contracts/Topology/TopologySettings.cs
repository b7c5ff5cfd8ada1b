namespace Dams.Contracts.Topology;

/// <summary>Whether an acknowledged write survives a power cut.</summary>
public enum Durability
{
    /// <summary>Members have it on disk before they say so.</summary>
    Disk = 0,

    /// <summary>Only for comparison: the log is kept in memory, and what all members held is lost with the power.</summary>
    Memory = 1,
}

/// <summary>Where the processes write their logs, and how much of them is kept.</summary>
/// <param name="Folder">Absolute path; each process has one file <c>&lt;id&gt;.log</c> in it.</param>
/// <param name="FileBytesMax">A file that has grown to this is moved aside.</param>
/// <param name="ArchivesMax">How many moved-aside files of each process are kept; the oldest is deleted.</param>
public sealed record LogSettings(string Folder, int FileBytesMax = LogSettings.FileBytesDefault, int ArchivesMax = LogSettings.ArchivesDefault)
{
    /// <summary>10 MiB: opens in any editor.</summary>
    public const int FileBytesDefault = 10 * 1024 * 1024;

    /// <summary>With the default size about 60 MiB a process at most.</summary>
    public const int ArchivesDefault = 5;
}

/// <summary>What a client may ask for and how long it may take.</summary>
public sealed record ClusterLimits
{
    /// <summary>How long a front end tries to answer a call before it says which of NotExecuted, Unknown or Executed the call is.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest HTTP request body. The longest valid call needs about 2 KiB; security headers of some clients need 20.</summary>
    public int RequestBytesMax { get; init; } = 256 * 1024;

    /// <summary>The deepest nesting of a request's XML; valid calls need 4, signed security headers about 12.</summary>
    public int XmlDepthMax { get; init; } = 32;

    /// <summary>Calls that one front end works on at once; more are refused as Overloaded before anything is sent.</summary>
    public int InFlightCallsMax { get; init; } = 4096;
}
