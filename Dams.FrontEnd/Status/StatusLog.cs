using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Status;

/// <summary>Log of the status. Event ids 4020–4029.</summary>
internal static partial class StatusLog
{
    [LoggerMessage(4020, LogLevel.Debug, "{Node} does not report its status: {Problem}")]
    public static partial void Silent(ILogger logger, string node, string problem);

    [LoggerMessage(4021, LogLevel.Warning, "The configuration is weak: {Warning}")]
    public static partial void Weak(ILogger logger, string warning);
}
