using Dams.Hosting.Access;
using Dams.Service;
using Microsoft.AspNetCore.Http;

namespace Dams.FrontEnd.Access;

/// <summary>Decides which callers may call the contracts of a front end, and how much. Used by many threads.</summary>
/// <param name="gate">Authenticates; null if nobody has to authenticate.</param>
/// <param name="shares">The limits of users and addresses.</param>
internal sealed class CallerAccess(AccessGate? gate, CallShares shares) : ICallerAccess
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Challenges => gate?.Challenges ?? [];

    /// <inheritdoc/>
    public ValueTask<AccessRefusal?> RefusalOfAsync(HttpContext http) => gate?.RefusalOfAsync(http) ?? default;

    /// <inheritdoc/>
    public CallerIdentity? UserOf(HttpContext http) => gate is null
        ? null
        : http.Features.Get<CallerIdentity>() ?? throw new InvalidOperationException("a request was admitted without authentication");

    /// <inheritdoc/>
    public IAppointmentExecutor Limited(HttpContext http, IAppointmentExecutor executor) => new LimitedExecutor(
        executor, shares, UserOf(http)?.Name, ClientPlace.Of(http.Connection.RemoteIpAddress));
}
