using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Logging;

/// <summary>Log messages about the audit file itself. Event ids 1380 to 1389.</summary>
internal static partial class AuditFileLog
{
    [LoggerMessage(1380, LogLevel.Error,
        "Audit entries are being lost, because {File} can't be written: {Problem}. Calls go on. Make room or correct the folder's rights")]
    public static partial void Lost(ILogger logger, string file, string problem);

    [LoggerMessage(1381, LogLevel.Warning, "{File} is written again; {Count} audit entries were lost")]
    public static partial void WrittenAgain(ILogger logger, string file, long count);
}
