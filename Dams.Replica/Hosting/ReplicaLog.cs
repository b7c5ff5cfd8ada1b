using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting;

/// <summary>Log of a replica. Event ids 3000–3019.</summary>
internal static partial class ReplicaLog
{
    [LoggerMessage(3000, LogLevel.Information,
        "replica {Id} runs version {Version}, incarnation {Incarnation}; its log ends at {Last}, and it has executed up to {Executed}")]
    public static partial void Started(ILogger logger, int id, string version, string incarnation, long last, long executed);

    [LoggerMessage(3001, LogLevel.Information, "{State}: epoch promised {Promised}, installed {Installed}, view {View}")]
    public static partial void StateChanged(ILogger logger, string state, string promised, string installed, string view);

    [LoggerMessage(3002, LogLevel.Critical, "halted: {Reason}. This incarnation no longer answers anything.")]
    public static partial void Halted(ILogger logger, string reason);

    [LoggerMessage(3011, LogLevel.Critical,
        "outdated: {Reason}. Perhaps the folder was restored from a copy, which lacks what this replica promised and acknowledged since. "
        + "This incarnation never counts again. Its manager sets the folder aside and starts a new incarnation. "
        + "Never restore a replica's folder. Delete it, and the replica gets its state from the others")]
    public static partial void Outdated(ILogger logger, string reason);

    [LoggerMessage(3009, LogLevel.Warning, "incarnation {Incarnation} has been ordered out of the group; this process ends")]
    public static partial void Left(ILogger logger, string incarnation);

    [LoggerMessage(3003, LogLevel.Information,
        "serving the whole contract alone, with version {Version}: nothing is replicated, and nothing is kept on disk")]
    public static partial void Standalone(ILogger logger, string version);

    [LoggerMessage(3005, LogLevel.Critical,
        "version {Version} threw an exception at {Command}, entry {Seq}. The reply is an internal error. "
        + "Exceptions since the start: {Count}. The exception without its text, which may name a patient and is at Debug: {Failure}")]
    public static partial void EngineFailed(ILogger logger, string version, string command, long seq, long count, string failure);

    [LoggerMessage(3012, LogLevel.Debug, "the exception of version {Version} at entry {Seq}")]
    public static partial void EngineException(ILogger logger, string version, long seq, Exception exception);

    [LoggerMessage(3006, LogLevel.Error,
        "waits before entry {Seq}, which has killed this process {Deaths} times. It stores new entries and executes nothing. "
        + "If the others have executed the entry, order this incarnation out. If no replica can execute it, run: dams skip {Seq}")]
    public static partial void Poisoned(ILogger logger, long seq, int deaths);

    [LoggerMessage(3007, LogLevel.Error,
        "waits before entry {Seq}: an operator asked to skip it, and this replica has promised not to execute it. "
        + "If the skip is rejected in the end, order this incarnation out")]
    public static partial void Renounced(ILogger logger, long seq);

    [LoggerMessage(3010, LogLevel.Error,
        "can't install epoch {Promised}: the entries that the others send do not lead from entry {Executed}, the last one executed here, "
        + "to the beginning of that epoch. This replica takes none of them and keeps asking. If that lasts, order this incarnation out")]
    public static partial void InstallsInVain(ILogger logger, string promised, long executed);

    [LoggerMessage(3008, LogLevel.Warning, "entry {Seq} was skipped; this replica has executed up to {Executed}")]
    public static partial void GoesOn(ILogger logger, long seq, long executed);
}
