using Dams.Hosting.Access;
using Microsoft.AspNetCore.Http;

namespace Dams.Service;

/// <summary>Decides who may call the contracts of a process, and how much. Used by many threads.</summary>
public interface ICallerAccess
{
    /// <summary>The <c>WWW-Authenticate</c> headers of a 401.</summary>
    IReadOnlyList<string> Challenges { get; }

    /// <summary>Authenticates a request by its headers. Null if it is admitted.</summary>
    ValueTask<AccessRefusal?> RefusalOfAsync(HttpContext http);

    /// <summary>The user of an admitted request; null if nobody has to authenticate.</summary>
    /// <exception cref="InvalidOperationException">The request was not admitted. That is a defect.</exception>
    CallerIdentity? UserOf(HttpContext http);

    /// <summary>An executor for one request, which keeps the limits of its user and address.</summary>
    IAppointmentExecutor Limited(HttpContext http, IAppointmentExecutor executor);
}
