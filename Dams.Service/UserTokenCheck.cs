using Dams.Hosting.Access;
using Dams.Service.Audit;
using Dams.Soap;
using Dams.Soap.Security;
using Microsoft.AspNetCore.Http;

namespace Dams.Service;

/// <summary>Checks the UsernameTokens of messages against the cluster's users. Used by many threads.</summary>
/// <param name="passwords">Checks the passwords, those of HTTP Basic as well.</param>
public sealed class UserTokenCheck(PasswordCheck passwords) : IUsernameTokenCheck
{
    /// <inheritdoc/>
    public async Task<SoapDenial?> CheckAsync(HttpContext http, string user, string password)
    {
        var verdict = await passwords.CheckAsync(user, password, http.Connection.RemoteIpAddress, http.RequestAborted)
            .ConfigureAwait(false);
        if (verdict.Identity is { } identity)
        {
            http.Features.Set(identity);
            return null;
        }

        OnRefused(http, user, verdict.RetryAfter is null ? "wrong user name or password" : "too many wrong passwords");
        var refusal = new AccessRefusal(
            verdict.RetryAfter is null ? AccessRefusalKind.Unauthenticated : AccessRefusalKind.TooManyAttempts, verdict.RetryAfter);
        // Not 401: that asks for credentials by HTTP. Many clients would then send the password once more, and .NET clients hide the fault.
        return new SoapDenial(
            refusal.ToFault(),
            refusal.Status == StatusCodes.Status401Unauthorized ? StatusCodes.Status500InternalServerError : refusal.Status,
            refusal.RetryAfter);
    }

    /// <inheritdoc/>
    public void OnRefused(HttpContext http, string? user, string reason) => http.Features.Get<CallRecord>()?.Deny(user, reason);
}
