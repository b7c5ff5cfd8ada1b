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
}
