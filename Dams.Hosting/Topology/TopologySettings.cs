namespace Dams.Hosting.Topology;

/// <summary>Where the processes write their logs, and how much of them is kept.</summary>
/// <param name="Folder">The absolute path of the folder; each process has one file <c>&lt;id&gt;.log</c> in it.</param>
/// <param name="FileBytesMax">A file that has grown to this size is moved aside.</param>
/// <param name="ArchivesMax">How many moved-aside files of each process are kept. Beyond that the oldest is deleted.</param>
public sealed record LogSettings(
    string Folder, int FileBytesMax = LogSettings.FileBytesDefault, int ArchivesMax = LogSettings.ArchivesDefault)
{
    /// <summary>10 MiB: opens in any editor.</summary>
    public const int FileBytesDefault = 10 * 1024 * 1024;

    /// <summary>With the default size, the logs of a process take about 60 MiB at most.</summary>
    public const int ArchivesDefault = 5;
}

/// <summary>The limits on a client's call, and on the time that it may take.</summary>
public sealed record ClusterLimits
{
    /// <summary>How long a front end tries to answer a call. Then it says whether the call is NotExecuted, Unknown or Executed.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest HTTP request body. The longest valid call needs about 2 KiB; security headers of some clients need 20 KiB.
    /// </summary>
    public int RequestBytesMax { get; init; } = 256 * 1024;

    /// <summary>The deepest nesting of a request's XML. Valid calls need 4 levels, signed security headers about 12.</summary>
    public int XmlDepthMax { get; init; } = 32;

    /// <summary>The most calls that one front end works on at once. It rejects more as Overloaded before anything is sent.</summary>
    public int InFlightCallsMax { get; init; } = 4096;
}
