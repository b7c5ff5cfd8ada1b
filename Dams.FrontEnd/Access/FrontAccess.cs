using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Ordering.Driver;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Access;

/// <summary>
/// The rules about the users of a front end, made from the configuration. On a loopback cluster without users, nobody has to authenticate,
/// and nothing is limited. Used by many threads.
/// </summary>
internal sealed class FrontAccess : IDisposable
{
    private FrontAccess(UserStore? users, AccessGate? gate, CallShares? shares)
    {
        Users = users;
        Gate = gate;
        Shares = shares;
    }

    /// <summary>The users; null if nobody has to authenticate.</summary>
    public UserStore? Users { get; }

    /// <summary>Authenticates requests; null if nobody has to authenticate.</summary>
    public AccessGate? Gate { get; }

    /// <summary>The shares of users and addresses; null if nothing is limited.</summary>
    public CallShares? Shares { get; }

    /// <summary>The rules about callers of the contracts; null if anybody may call, without limits.</summary>
    public CallerAccess? Callers => Shares is { } shares ? new CallerAccess(Gate, shares) : null;

    /// <summary>Reads the users and makes everything.</summary>
    /// <exception cref="UserFileException">The user file or another file can't be read, or it is wrong.</exception>
    public static FrontAccess Open(ClusterTopology topology, ILoggerFactory loggers, ClockSource clock)
    {
        if (topology.IsClosedWithoutUsers)
            throw new UserFileException(ClusterTopology.NoUsers);
        var shares = topology.Users is null && !topology.IsBeyondLoopback ? null : new CallShares(topology.Limits);
        if (topology.Users is not { } settings)
            return new FrontAccess(null, null, shares);
        var logger = loggers.CreateLogger<UserStore>();
        var users = UserStore.Open(settings.File, settings.Jwt is not null, logger);
        var passwords = new PasswordCheck(users, clock, loggers.CreateLogger<PasswordCheck>());
        return new FrontAccess(users, new AccessGate(settings, users, passwords, AccessKeys.Read(settings)), shares);
    }

    /// <inheritdoc/>
    public void Dispose() => Shares?.Dispose();
}
