using Microsoft.AspNetCore.Http;

namespace Dams.Soap.Security;

/// <summary>
/// Checks the user name and the password of a message. The process that has the users fulfils it. Many threads call it at once.
/// </summary>
public interface IUsernameTokenCheck
{
    /// <summary>Checks a user name and a password. If they are right, the request has the user's identity afterwards.</summary>
    /// <param name="http">The request; it came over HTTPS or from this machine.</param>
    /// <param name="user">The user name, 1 to 128 characters.</param>
    /// <param name="password">The password, 1 to 1,024 characters; never to be logged.</param>
    /// <returns>
    /// Null if the user is authenticated, else the answer; its text is the same for an unknown user and for a wrong password. A status of
    /// 401 would ask for credentials by HTTP.
    /// </returns>
    Task<SoapDenial?> CheckAsync(HttpContext http, string user, string password);

    /// <summary>Hears of a token that is refused whatever its password is, for the audit.</summary>
    /// <param name="http">The request.</param>
    /// <param name="user">The user name in the token; it may be anybody's, of any length, or null.</param>
    /// <param name="reason">The rule that the token breaks, as a sentence.</param>
    void OnRefused(HttpContext http, string? user, string reason);
}
