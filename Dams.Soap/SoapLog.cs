using Microsoft.Extensions.Logging;

namespace Dams.Soap;

/// <summary>What the SOAP host says to the log; event ids 7000 to 7099 are its own.</summary>
internal static partial class SoapLog
{
    [LoggerMessage(7001, LogLevel.Error, "{Operation} failed; the client was told the reference {Reference}")]
    public static partial void OperationFailed(this ILogger logger, string operation, string reference, Exception exception);

    [LoggerMessage(7002, LogLevel.Debug, "Refused a message of {Remote}: {Reason}")]
    public static partial void MessageRefused(this ILogger logger, string? remote, string reason);

    [LoggerMessage(7003, LogLevel.Debug, "The client has gone before {Operation} was answered")]
    public static partial void ClientGone(this ILogger logger, string operation);
}
