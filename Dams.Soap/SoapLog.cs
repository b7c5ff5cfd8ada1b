using Microsoft.Extensions.Logging;

namespace Dams.Soap;

/// <summary>The log messages of the SOAP host; event ids 7000 to 7099 belong to it.</summary>
internal static partial class SoapLog
{
    [LoggerMessage(7001, LogLevel.Error, "{Operation} failed; the client got the reference {Reference}")]
    public static partial void OperationFailed(this ILogger logger, string operation, string reference, Exception exception);

    [LoggerMessage(7002, LogLevel.Debug, "Rejected a message from {Remote}: {Reason}")]
    public static partial void MessageRefused(this ILogger logger, string? remote, string reason);

    [LoggerMessage(7003, LogLevel.Debug, "The client disconnected before {Operation} was answered")]
    public static partial void ClientGone(this ILogger logger, string operation);

    [LoggerMessage(7004, LogLevel.Debug, "The message of {Remote} was not received, and nobody is there for an answer: {Cause}")]
    public static partial void BodyNotReceived(this ILogger logger, string? remote, string cause);

    [LoggerMessage(7005, LogLevel.Debug, "{Remote} disconnected before it had the whole answer: {Cause}")]
    public static partial void AnswerNotTaken(this ILogger logger, string? remote, string cause);
}
