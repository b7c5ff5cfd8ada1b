using Microsoft.Extensions.Logging;

namespace Dams.Cli.Menu;

/// <summary>The messages in the client's own log about its user. Event ids 1200 to 1209.</summary>
internal static partial class MenuLog
{
    [LoggerMessage(1200, LogLevel.Information, "{User} has opened the menu for {Url}")]
    public static partial void Opened(ILogger logger, string user, Uri url);

    [LoggerMessage(1201, LogLevel.Information, "{User} asks: {Operation} {Parameters}, request {RequestId}")]
    public static partial void Asked(ILogger logger, string user, string operation, string parameters, string requestId);

    [LoggerMessage(1202, LogLevel.Information,
        "{User} got an answer: {Operation} {Outcome}, sequence {Sequence}: {Message}, request {RequestId}")]
    public static partial void Answered(
        ILogger logger, string user, string operation, string outcome, long sequence, string message, string requestId);

    [LoggerMessage(1203, LogLevel.Warning, "{User} got a fault: {Operation} {Code}, {Execution}: {Reason}, request {RequestId}")]
    public static partial void Refused(
        ILogger logger, string user, string operation, string code, string execution, string reason, string requestId);

    [LoggerMessage(1204, LogLevel.Information, "{User} has closed the menu")]
    public static partial void Closed(ILogger logger, string user);
}
