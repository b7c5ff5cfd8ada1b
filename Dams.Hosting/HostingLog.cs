using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting;

/// <summary>Log messages about a process: its start, its keys, its limits and its end. Event ids 1000 to 1019, 1040 and 1041.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1000, LogLevel.Information,
        "{Id} of cluster {Cluster}, release {Release}, is process {ProcessId}. It listens at {Listen} and keeps its files in {Folder}")]
    public static partial void Starting(
        ILogger logger, string id, string cluster, string release, int processId, string listen, string folder);

    [LoggerMessage(1001, LogLevel.Information, "Stopping because of {Reason}")]
    public static partial void Stopping(ILogger logger, string reason);

    [LoggerMessage(1002, LogLevel.Information, "Stopped, with exit code {ExitCode}")]
    public static partial void Stopped(ILogger logger, int exitCode);

    [LoggerMessage(1003, LogLevel.Critical, "The process has not finished stopping, and ends now because of {Reason}")]
    public static partial void Ended(ILogger logger, string reason);

    [LoggerMessage(1004, LogLevel.Critical, "Unhandled exception")]
    public static partial void Unhandled(ILogger logger, Exception? problem);

    [LoggerMessage(1005, LogLevel.Error, "A task has failed, and no code has observed its exception")]
    public static partial void Unobserved(ILogger logger, Exception problem);

    [LoggerMessage(1006, LogLevel.Error, "{Conflict}")]
    public static partial void PortConflict(ILogger logger, string conflict);

    [LoggerMessage(1007, LogLevel.Error, "An address can't be bound")]
    public static partial void BindFailed(ILogger logger, Exception problem);

    [LoggerMessage(1008, LogLevel.Warning, "Standard input can't be read; this process takes that for the end of its parent process")]
    public static partial void ParentWatchBroken(ILogger logger, Exception problem);

    [LoggerMessage(1009, LogLevel.Warning, "durability is memory: a power cut, or the end of all replicas, loses acknowledged bookings")]
    public static partial void MemoryOnly(ILogger logger);

    [LoggerMessage(1010, LogLevel.Information, "Keys in use: {Keys}")]
    public static partial void KeysUsed(ILogger logger, KeyRing keys);

    [LoggerMessage(1011, LogLevel.Error, "The keys can't be changed, so those in use are kept ({Keys}): {Problem}")]
    public static partial void KeysRefused(ILogger logger, KeyRing keys, string problem);

    [LoggerMessage(1019, LogLevel.Warning,
        "The keys in use can't be recorded in the data folder. A start after every key has been changed would reject them: {Problem}")]
    public static partial void KeysNotNoted(ILogger logger, string problem);

    [LoggerMessage(1012, LogLevel.Warning, "{Notice}")]
    public static partial void FolderNotice(ILogger logger, string notice);

    [LoggerMessage(1013, LogLevel.Critical, "{Problem}")]
    public static partial void StorageRefuses(ILogger logger, string problem);

    [LoggerMessage(1014, LogLevel.Information, "Details of the storage problem")]
    public static partial void StorageRefusesWhere(ILogger logger, Exception problem);

    [LoggerMessage(1040, LogLevel.Warning,
        "Datagrams were rejected: {Refused}. If that lasts, compare dams.json and the key file of this process with those of the others")]
    public static partial void Refused(ILogger logger, string refused);

    [LoggerMessage(1016, LogLevel.Information,
        "At most {Connections} HTTP connections at a time: this process may open {Descriptors} files and sockets")]
    public static partial void ConnectionsBounded(ILogger logger, int connections, string descriptors);

    [LoggerMessage(1017, LogLevel.Warning,
        "{Bound} HTTP connections are open, which is the limit. To admit others, {Closed} idle ones were closed so far; "
        + "{Refused} new ones were rejected because none was idle")]
    public static partial void ConnectionsFull(ILogger logger, int bound, long closed, long refused);

    [LoggerMessage(1018, LogLevel.Critical,
        "This process has run out of memory, or the system gives it no more threads ({Problem}). It ends, and is restarted. "
        + "Raise its limit: memory (DOTNET_GCHeapHardLimit, MemoryMax= of systemd) or threads (ulimit -u, TasksMax=)")]
    public static partial void OutOfMemory(ILogger logger, string problem);

    [LoggerMessage(1041, LogLevel.Debug, "{Method} {Path} of {Remote} was not completed: {Cause}")]
    public static partial void ClientFailed(ILogger logger, string method, string path, string? remote, string cause);
}
