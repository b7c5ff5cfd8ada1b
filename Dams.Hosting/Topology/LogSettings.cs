namespace Dams.Hosting.Topology;

/// <summary>Where the processes write their logs, and how much of them is kept.</summary>
/// <param name="Folder">The absolute path of the folder; each process has one file <c>&lt;id&gt;.log</c> in it.</param>
/// <param name="FileBytesMax">A file that has grown to this size is moved aside.</param>
/// <param name="ArchivesMax">How many moved-aside files of each process are kept. Beyond that the oldest is deleted.</param>
/// <param name="Audit">Whether front ends write an audit file <c>&lt;id&gt;.audit.jsonl</c> beside their log, of the same sizes.</param>
public sealed record LogSettings(
    string Folder,
    int FileBytesMax = LogSettings.FileBytesDefault,
    int ArchivesMax = LogSettings.ArchivesDefault,
    AuditUse Audit = AuditUse.Auto)
{
    /// <summary>10 MiB: opens in any editor.</summary>
    public const int FileBytesDefault = 10 * 1024 * 1024;

    /// <summary>With the default size, the logs of a process take about 60 MiB at most.</summary>
    public const int ArchivesDefault = 5;
}
