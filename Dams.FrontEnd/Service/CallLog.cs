using Dams.Contracts.Domain;
using Dams.FrontEnd.Coordination;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Service;

/// <summary>Who called what, with which parameters, number, outcome and duration. Event ids 4000–4019. Replies that are wrong and changes of epoch are events of the cluster.</summary>
internal static partial class CallLog
{
    [LoggerMessage(4000, LogLevel.Information, "{Command} -> {Sequence} {Reply} (request id {RequestId}) in {Milliseconds:F1} ms")]
    public static partial void Answered(ILogger logger, Command command, long sequence, Reply reply, string? requestId, double milliseconds);

    [LoggerMessage(4001, LogLevel.Warning, "{Command} -> {Reason} (request id {RequestId}) after {Milliseconds:F1} ms")]
    public static partial void Failed(ILogger logger, Command command, CallFailure reason, string? requestId, double milliseconds);

    [LoggerMessage(4003, LogLevel.Warning, "replica {Replica} could not give the body of reply {Sequence}: {Problem}")]
    public static partial void BodyNotFetched(ILogger logger, byte replica, long sequence, string problem);
}
