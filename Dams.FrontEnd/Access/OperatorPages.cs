using System.Globalization;
using Dams.Hosting.Access;
using Dams.Hosting.Web;
using Dams.Service;
using Microsoft.AspNetCore.Http;

namespace Dams.FrontEnd.Access;

/// <summary>Lets only operators see the pages and documents about the cluster. Used by many threads.</summary>
/// <param name="gate">Authenticates; null if nobody has to authenticate.</param>
internal sealed class OperatorPages(AccessGate? gate)
{
    /// <summary>Serves a page to operators only.</summary>
    public RequestDelegate Only(RequestDelegate page) => gate is null ? page : http => ServeAsync(gate, page, http);

    /// <summary>Serves the health to everybody, or from other machines to operators only.</summary>
    public RequestDelegate Health(RequestDelegate page) => gate is { Settings.ProtectsHealth: true }
        ? http => ClientPlace.IsThisMachine(http.Connection) ? page(http) : ServeAsync(gate, page, http)
        : page;

    private static async Task ServeAsync(AccessGate gate, RequestDelegate page, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await gate.RefusalOfAsync(http) is { } refusal)
        {
            await RefuseAsync(gate, http, refusal);
            return;
        }

        var user = http.Features.Get<CallerIdentity>()!;
        if (user.IsOperator)
            await page(http);
        else
            await OrderEndpoints.SayAsync(http, StatusCodes.Status403Forbidden, $"The user {user.Name} has not the role operator.");
    }

    private static Task RefuseAsync(AccessGate gate, HttpContext http, AccessRefusal refusal)
    {
        // A challenge would make a browser send the password in the clear.
        if (refusal.Kind == AccessRefusalKind.Insecure)
            return OrderEndpoints.SayAsync(http, StatusCodes.Status403Forbidden, refusal.ToFault().Detail.Reason);
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = gate.Challenges.ToArray();
        if (refusal.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return OrderEndpoints.SayAsync(http, refusal.Status, refusal.ToFault().Detail.Reason);
    }
}
