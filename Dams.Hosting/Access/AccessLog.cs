using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Access;

/// <summary>Log messages about users and their authentication. Event ids 1300 to 1319. No line has a password or a hash.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(1300, LogLevel.Information, "{Count} users are in use, with the digest {Digest}")]
    public static partial void UsersUsed(ILogger logger, int count, string digest);

    [LoggerMessage(1301, LogLevel.Error, "The users can't be changed, so those in use are kept (digest {Digest}): {Problem}")]
    public static partial void UsersRefused(ILogger logger, string digest, string problem);

    [LoggerMessage(1302, LogLevel.Warning, "The hash of the password of {User} could not be made anew: {Problem}")]
    public static partial void NotRehashed(ILogger logger, string user, string problem);

    [LoggerMessage(1303, LogLevel.Warning, "Passwords are being guessed: {Refused} attempts were refused so far, the last from {Place}")]
    public static partial void Throttled(ILogger logger, long refused, string place);
}
