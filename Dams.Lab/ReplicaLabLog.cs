using Microsoft.Extensions.Logging;

namespace Dams.Lab;

/// <summary>Log of the faults of a replica. Event ids 3080–3089.</summary>
internal static partial class ReplicaLabLog
{
    [LoggerMessage(3080, LogLevel.Warning, "by order of the fault lab: {What}")]
    public static partial void Ordered(ILogger logger, string what);
}
