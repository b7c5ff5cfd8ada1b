using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Cluster;

/// <summary>Log messages about the names of hosts. Event ids 1060 to 1069.</summary>
internal static partial class HostLookupLog
{
    [LoggerMessage(1060, LogLevel.Information, "{Name} has the address {Address}{Before}")]
    public static partial void Found(ILogger logger, string name, string address, string before);

    [LoggerMessage(1061, LogLevel.Warning,
        "{Name} can't be looked up: {Problem}. {Nodes} have {Address}. It is looked up again and again; check the name and the name server")]
    public static partial void NotFound(ILogger logger, string name, string problem, string nodes, string address);
}
