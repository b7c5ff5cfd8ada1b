using System.Net;
using Microsoft.AspNetCore.Http;

namespace Dams.Soap.Security;

/// <summary>
/// Takes the UsernameTokens of messages (OASIS WSS UsernameToken Profile 1.1, PasswordText). All services of a process share one, because
/// a token that one of them has accepted is a replay at the other. Used by many threads.
/// </summary>
/// <param name="check">Knows the users.</param>
/// <param name="time">The clock to which the times of messages are compared.</param>
public sealed class UsernameTokens(IUsernameTokenCheck check, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly SeenNonces _nonces = new(SeenNonces.CountMaxDefault);

    internal DateTimeOffset Now => time.GetUtcNow();

    /// <summary>
    /// Checks the header of a message. A message without a token passes if its times are right; its user is the one that HTTP has told.
    /// </summary>
    internal async Task<TokenVerdict> AdmitAsync(HttpContext http, SecurityHeader header)
    {
        if (CheckHeader(http, header) is { } refusal)
            return Refused(http, header, refusal);
        if (!header.HasToken)
            return default;
        if (await check.CheckAsync(http, header.User!, header.Password!).ConfigureAwait(false) is { } denial)
            return new TokenVerdict(null, denial);
        // Only now: nobody else can fill the memory.
        return CheckNonce(header) is { } replay ? Refused(http, header, replay) : default;
    }

    private TokenVerdict Refused(HttpContext http, SecurityHeader header, SoapRefusal refusal)
    {
        if (header.HasToken)
            check.OnRefused(http, header.User, refusal.Reason);
        return new TokenVerdict(refusal, null);
    }

    private SoapRefusal? CheckHeader(HttpContext http, SecurityHeader header)
    {
        if (header.HasToken && !IsPrivate(http))
        {
            return Invalid(
                "A password that came over plain HTTP is not accepted, because others may have read it. "
                + "Use https, and change the password.",
                SecurityNames.UsernameToken);
        }

        if (header.Refusal is not null)
            return header.Refusal;
        var now = Now;
        return header is { Created: { } created }
            && MessageLifetime.Check(SecurityNames.Timestamp, created, header.Expires, now) is { } refusal
                ? refusal
                : header is { TokenCreated: { } made } ? MessageLifetime.Check(SecurityNames.UsernameToken, made, null, now) : null;
    }

    private SoapRefusal? CheckNonce(SecurityHeader header)
    {
        if (header is not { Nonce: { } nonce, TokenCreated: { } created })
            return null;
        NonceVerdict verdict;
        lock (_lock)
            verdict = _nonces.Look(header.User!, nonce, created, Now);
        return verdict switch
        {
            NonceVerdict.Fresh => null,
            NonceVerdict.Replayed => Invalid(
                "This UsernameToken was sent before. Make a new Nonce and Created for each message, also for a repeated one.", "Nonce"),
            _ => Invalid(
                "So many tokens have come since this one was created that a replay could not be told. Send the message again.",
                SecurityNames.Created),
        };
    }

    private static SoapRefusal Invalid(string reason, string field) =>
        SoapRefusal.Invalid(reason, field) with { Code = SecurityNames.InvalidSecurity };

    // Behind a proxy that is trusted, these are the scheme and the address that the client has used.
    private static bool IsPrivate(HttpContext http) =>
        http.Request.IsHttps || (http.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote));
}

/// <summary>The result of a check: nothing, a message that breaks a rule, or a user that is not authenticated.</summary>
/// <param name="Refusal">The rule that is broken, or null.</param>
/// <param name="Denial">The answer to a wrong user name or password, or null.</param>
internal readonly record struct TokenVerdict(SoapRefusal? Refusal, SoapDenial? Denial);
