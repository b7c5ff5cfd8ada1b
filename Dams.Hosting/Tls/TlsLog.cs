using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Tls;

/// <summary>Log messages about certificates and those who have the wrong ones. Event ids 1140 to 1149.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(1140, LogLevel.Information, "The certificate of {Owner} in use is that of {File}, which ends on {End}")]
    public static partial void Used(ILogger logger, string owner, string file, string end);

    [LoggerMessage(1141, LogLevel.Error, "The certificate of {Owner} can't be changed, so the one in use is kept: {Problem}")]
    public static partial void Refused(ILogger logger, string owner, string problem);

    [LoggerMessage(1142, LogLevel.Warning, "{Ending}")]
    public static partial void Ends(ILogger logger, string ending);

    [LoggerMessage(1143, LogLevel.Warning,
        "A connection of {Remote} was closed without an answer: its certificate {Problem} ({Count} such connections since the last line)")]
    public static partial void ClientRefused(ILogger logger, string remote, string problem, long count);

    [LoggerMessage(1144, LogLevel.Warning,
        "{Node} was not asked: its certificate {Problem} ({Count} such attempts since the last line)")]
    public static partial void ServerRefused(ILogger logger, string node, string problem, long count);
}
