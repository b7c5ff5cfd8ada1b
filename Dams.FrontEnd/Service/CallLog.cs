using Dams.Contracts.Domain;
using Dams.FrontEnd.Coordination;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Service;

/// <summary>
/// Logs each call with its sequence number, outcome and duration. Event ids 4000–4019. Only lines at Debug name the caller, the patient and
/// the parameters; the audit file has them for every call. Wrong replies and changes of epoch are events of the cluster, and are logged
/// there.
/// </summary>
internal static partial class CallLog
{
    [LoggerMessage(4000, LogLevel.Debug, "{Command} -> {Sequence} {Reply} (request id {RequestId}) in {Milliseconds:F1} ms")]
    public static partial void Answered(
        ILogger logger, Command command, long sequence, Reply reply, string? requestId, double milliseconds);

    [LoggerMessage(4001, LogLevel.Debug, "{Command} -> {Reason} (request id {RequestId}) after {Milliseconds:F1} ms")]
    public static partial void FailedByClient(
        ILogger logger, Command command, CallFailure reason, string? requestId, double milliseconds);

    [LoggerMessage(4008, LogLevel.Information, "{Operation} -> {Reason} after {Milliseconds:F1} ms")]
    public static partial void Failed(ILogger logger, string operation, CallFailure reason, double milliseconds);

    [LoggerMessage(4002, LogLevel.Debug, "{Command} (request id {RequestId}) is refused: too few replicas have room on their disks")]
    public static partial void Refused(ILogger logger, Command command, string? requestId);

    [LoggerMessage(4003, LogLevel.Warning, "replica {Replica} could not give the body of reply {Sequence}: {Problem}. "
        + "Failures since the last such line: {Count}")]
    public static partial void BodyNotFetched(ILogger logger, byte replica, long sequence, string problem, long count);

    [LoggerMessage(4005, LogLevel.Warning, "to the replica managers: {Report}")]
    public static partial void Reported(ILogger logger, string report);

    [LoggerMessage(4006, LogLevel.Error, "the replicas diverge at {Sequence}; a client was answered by the first pair: {IsAnswered}. "
        + "Nobody knows which replicas are wrong, so none is accused: compare their states. Replies: {Replies}")]
    public static partial void Diverged(ILogger logger, long sequence, bool isAnswered, string replies);

    [LoggerMessage(4007, LogLevel.Error, "a request was ordered, but too few equal replies came in time: replicas are dead, slow or "
        + "out of reach. Sequence number (0: not known): {Sequence}. Replies: {Replies}. Such requests so far: {Nth}")]
    public static partial void NoQuorum(ILogger logger, long sequence, string replies, long nth);
}
