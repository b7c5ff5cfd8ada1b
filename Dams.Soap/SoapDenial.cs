using System.ServiceModel;
using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>The answer to a request that is not admitted.</summary>
/// <param name="Fault">The fault, which is sent in the version of the request.</param>
/// <param name="Status">The HTTP status. With 401, the answer has the <see cref="SoapServiceOptions.Challenges"/>.</param>
/// <param name="RetryAfter">The time after which another request may be admitted, for the header; null if there is none.</param>
public sealed record SoapDenial(FaultException Fault, int Status = StatusCodes.Status401Unauthorized, TimeSpan? RetryAfter = null);
