using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Events;

/// <summary>Log of events. Event ids 4030–4039.</summary>
internal static partial class EventLog
{
    [LoggerMessage(EventId = 4030, Message = "{Kind} {Node}: {Text}")]
    public static partial void Written(ILogger logger, LogLevel level, string kind, string node, string text);
}
