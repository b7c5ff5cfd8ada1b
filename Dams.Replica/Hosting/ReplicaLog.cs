using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting;

/// <summary>Log of a replica. Event ids 3000–3019.</summary>
internal static partial class ReplicaLog
{
    [LoggerMessage(3000, LogLevel.Information, "replica {Id} runs version {Version}, incarnation {Incarnation}; its log ends at {Last}, {Executed} are executed")]
    public static partial void Started(ILogger logger, int id, string version, string incarnation, long last, long executed);

    [LoggerMessage(3001, LogLevel.Information, "{State}: epoch promised {Promised}, installed {Installed}, view {View}")]
    public static partial void StateChanged(ILogger logger, string state, string promised, string installed, string view);

    [LoggerMessage(3002, LogLevel.Critical, "halted: {Reason}. This incarnation answers nothing any more.")]
    public static partial void Halted(ILogger logger, string reason);

    [LoggerMessage(3011, LogLevel.Critical, "outdated: {Reason}. It was restored from a copy, perhaps: what this replica promised and acknowledged since is missing in it. This incarnation never counts again; its manager sets the folder aside and starts a new one. Never restore a replica's folder: delete it, and the replica gets its state from the others")]
    public static partial void Outdated(ILogger logger, string reason);

    [LoggerMessage(3009, LogLevel.Warning, "incarnation {Incarnation} has been ordered out of the group; this process ends")]
    public static partial void Left(ILogger logger, string incarnation);

    [LoggerMessage(3003, LogLevel.Information, "serving the whole contract alone, with version {Version}: nothing is replicated, and nothing is kept")]
    public static partial void Standalone(ILogger logger, string version);

    [LoggerMessage(3005, LogLevel.Critical, "version {Version} threw at {Command}, entry {Seq}, and has answered with an internal error; {Count} times since the start")]
    public static partial void EngineFailed(ILogger logger, string version, string command, long seq, long count, Exception exception);

    [LoggerMessage(3006, LogLevel.Error, "waits before entry {Seq}, which has killed this process {Deaths} times: it stores what is ordered and executes nothing. If the others have executed it, order this incarnation out; if nobody can, let an operator say: dams skip {Seq}")]
    public static partial void Poisoned(ILogger logger, long seq, int deaths);

    [LoggerMessage(3007, LogLevel.Error, "waits before entry {Seq}, which it has promised not to execute: a skip was asked for. If that is refused in the end, order this incarnation out")]
    public static partial void Renounced(ILogger logger, long seq);

    [LoggerMessage(3010, LogLevel.Error, "can't install epoch {Promised}: what the others give does not lead from entry {Executed}, which is executed here, to that epoch's beginning. It takes nothing of it and goes on asking. If that lasts, order this incarnation out")]
    public static partial void InstallsInVain(ILogger logger, string promised, long executed);

    [LoggerMessage(3008, LogLevel.Warning, "entry {Seq} was skipped; {Executed} are executed")]
    public static partial void GoesOn(ILogger logger, long seq, long executed);
}
