using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>Log of a manager. Event ids 5000–5019.</summary>
internal static partial class ManagerLog
{
    [LoggerMessage(5000, LogLevel.Warning, "{Replica} was ordered out; its folder is kept as {Folder}, and a new incarnation begins")]
    public static partial void SetAside(ILogger logger, string replica, string folder);

    [LoggerMessage(5001, LogLevel.Warning, "{Replica} has lost its folder: its incarnation {Lost} is being ordered out, so that {Incarnation} can join")]
    public static partial void OrdersOut(ILogger logger, string replica, string lost, string incarnation);

    [LoggerMessage(5002, LogLevel.Warning, "an operator orders {Replica}, incarnation {Incarnation}, out (forced: {IsForced})")]
    public static partial void OperatorOrdersOut(ILogger logger, string replica, string incarnation, bool isForced);

    [LoggerMessage(5003, LogLevel.Debug, "{Replica} does not say its status: {Problem}")]
    public static partial void NotWatched(ILogger logger, string replica, string problem);

    [LoggerMessage(5018, LogLevel.Warning, "an operator wants entry {Seq} skipped")]
    public static partial void OperatorSkips(ILogger logger, long seq);

    [LoggerMessage(5019, LogLevel.Warning, "the skip of entry {Seq}: {Outcome}")]
    public static partial void SkipEnded(ILogger logger, long seq, string outcome);
}
