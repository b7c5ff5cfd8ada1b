using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Supervision;

/// <summary>Log messages about supervised processes. Event ids 1100 to 1119.</summary>
internal static partial class SupervisionLog
{
    [LoggerMessage(1100, LogLevel.Information, "{Name} started as process {ProcessId}")]
    public static partial void Started(ILogger logger, string name, int processId);

    [LoggerMessage(1101, LogLevel.Information, "{Name} already runs as process {ProcessId}, and is supervised from now on")]
    public static partial void Adopted(ILogger logger, string name, int processId);

    [LoggerMessage(1102, LogLevel.Warning, "{Name}, process {ProcessId}, has ended with exit code {ExitCode}")]
    public static partial void Exited(ILogger logger, string name, int processId, int? exitCode);

    [LoggerMessage(1103, LogLevel.Error, "{Name} could not be started")]
    public static partial void StartFailed(ILogger logger, string name, Exception problem);

    [LoggerMessage(1105, LogLevel.Information, "{Name}, process {ProcessId}, has stopped with exit code {ExitCode}")]
    public static partial void Stopped(ILogger logger, string name, int processId, int? exitCode);

    [LoggerMessage(1104, LogLevel.Warning,
        "{Name}, process {ProcessId}, is killed: it did not stop in time, or the next one must start at once")]
    public static partial void Killed(ILogger logger, string name, int processId);
}
