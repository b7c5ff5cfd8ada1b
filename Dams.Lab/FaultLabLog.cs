using Microsoft.Extensions.Logging;

namespace Dams.Lab;

/// <summary>Log of the fault lab, with each fault that is injected. Event ids 4080–4089.</summary>
internal static partial class FaultLabLog
{
    [LoggerMessage(4080, LogLevel.Warning, "the fault lab is open at {Control}; all datagrams pass through a proxy in this process")]
    public static partial void Open(ILogger logger, string control);

    [LoggerMessage(4081, LogLevel.Warning, "by order of the fault lab ({Fault}): {Answer}")]
    public static partial void Made(ILogger logger, string fault, string answer);

    [LoggerMessage(4082, LogLevel.Information, "{Process}, process {ProcessId}, is resumed")]
    public static partial void Resumed(ILogger logger, string process, int processId);
}
