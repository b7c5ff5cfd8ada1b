using System.Security.Claims;
using Dams.Contracts.Domain;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Service;
using idunno.Authentication.Basic;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Certificate;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;

namespace Dams.FrontEnd.Access;

/// <summary>
/// Authenticates requests by their headers or by the client's certificate, with the handlers of <see cref="AccessSchemes"/>. The user of an
/// admitted request is <see cref="HttpContext.User"/>, and its rights are the feature <see cref="CallerIdentity"/>. Used by many threads.
/// </summary>
/// <param name="settings">The accepted ways.</param>
/// <param name="users">The users.</param>
/// <param name="passwords">Checks their passwords.</param>
/// <param name="keys">The keys of the other ways.</param>
internal sealed class AccessGate(UserSettings settings, UserStore users, PasswordCheck passwords, AccessKeys keys)
{
    /// <summary>The realm of all challenges.</summary>
    public const string Realm = "DAMS";

    /// <summary>The accepted ways.</summary>
    public UserSettings Settings => settings;

    /// <summary>The users.</summary>
    public UserStore Users => users;

    /// <summary>Checks the users' passwords.</summary>
    public PasswordCheck Passwords => passwords;

    /// <summary>The keys of the other ways.</summary>
    public AccessKeys Keys => keys;

    /// <summary>The <c>WWW-Authenticate</c> headers of a 401.</summary>
    public IReadOnlyList<string> Challenges { get; } = settings.Jwt is null
        ? [$"Basic realm=\"{Realm}\", charset=\"UTF-8\""]
        : [$"Basic realm=\"{Realm}\", charset=\"UTF-8\"", $"Bearer realm=\"{Realm}\""];

    /// <summary>Authenticates a request. Null if its user is known.</summary>
    public async ValueTask<AccessRefusal?> RefusalOfAsync(HttpContext http)
    {
        if (SchemeOf(http) is not { } scheme)
            return new AccessRefusal(AccessRefusalKind.Unauthenticated);
        if (!http.Request.IsHttps && !ClientPlace.IsThisMachine(http.Connection))
            return new AccessRefusal(AccessRefusalKind.Insecure);
        var result = await http.AuthenticateAsync(scheme).ConfigureAwait(false);
        if (http.Features.Get<Postponed>() is { } postponed)
            return new AccessRefusal(AccessRefusalKind.TooManyAttempts, postponed.RetryAfter);
        if (!result.Succeeded || http.Features.Get<CallerIdentity>() is null)
            return new AccessRefusal(AccessRefusalKind.Unauthenticated);
        http.User = result.Principal;
        return null;
    }

    /// <summary>Makes the user of a request known.</summary>
    public static ClaimsPrincipal Admit(HttpContext http, CallerIdentity identity, string scheme)
    {
        http.Features.Set(identity);
        var claims = identity.Roles.Select(role => new Claim(ClaimTypes.Role, UserNames.Of(role)))
            .Append(new Claim(ClaimTypes.Name, identity.Name));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme, ClaimTypes.Name, ClaimTypes.Role));
    }

    /// <summary>The rights of a name that an identity provider has vouched for; null if it is nobody's, or locked.</summary>
    public CallerIdentity? IdentityOf(string name) => users.Current.Find(name) is { } user
        ? user.IsLocked ? null : user.ToIdentity()
        : CallerId.TryParse(name, out var caller) ? CallerIdentity.Of(caller) : null;

    private string? SchemeOf(HttpContext http)
    {
        var headers = http.Request.Headers.Authorization;
        if (headers.Count == 0)
            return settings.Certificates is not null && http.Connection.ClientCertificate is not null
                ? CertificateAuthenticationDefaults.AuthenticationScheme
                : null;
        if (headers.Count > 1 || headers[0] is not { } header)
            return null;
        if (IsOf(header, "Basic"))
            return BasicAuthenticationDefaults.AuthenticationScheme;
        return settings.Jwt is not null && IsOf(header, "Bearer") ? JwtBearerDefaults.AuthenticationScheme : null;
    }

    private static bool IsOf(string header, string scheme) => header.StartsWith(scheme + " ", StringComparison.OrdinalIgnoreCase);
}
