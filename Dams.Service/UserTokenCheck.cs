using Dams.Hosting.Access;
using Dams.Service.Audit;
using Dams.Soap.Security;
using Microsoft.AspNetCore.Http;

namespace Dams.Service;

/// <summary>Checks the UsernameTokens of messages against the cluster's users. Used by many threads.</summary>
/// <param name="passwords">Checks the passwords, those of HTTP Basic as well.</param>
public sealed class UserTokenCheck(PasswordCheck passwords) : IUsernameTokenCheck
{
    /// <inheritdoc/>
    public async Task<TokenDenial?> CheckAsync(HttpContext http, string user, string password)
    {
        var verdict = await passwords.CheckAsync(user, password, http.Connection.RemoteIpAddress, http.RequestAborted).ConfigureAwait(false);
        if (verdict.Identity is { } identity)
        {
            http.Features.Set(identity);
            return null;
        }

        OnRefused(http, user, verdict.RetryAfter is null ? "wrong user name or password" : "too many wrong passwords");
        return new TokenDenial(DamsFaults.Unauthenticated(), verdict.RetryAfter);
    }

    /// <inheritdoc/>
    public void OnRefused(HttpContext http, string? user, string reason) => http.Features.Get<CallRecord>()?.Deny(user, reason);
}
