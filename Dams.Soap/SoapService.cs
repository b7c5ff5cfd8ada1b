using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dams.Soap;

/// <summary>A service at one path.</summary>
/// <param name="Contract">The interface, joined with its WSDL.</param>
/// <param name="Implementation">Gives the implementation of a call.</param>
/// <param name="Options">Limits, addresses and the WSDL.</param>
/// <param name="Logger">The log of the host.</param>
internal sealed record SoapService(
    SoapContract Contract, Func<HttpContext, object> Implementation, SoapServiceOptions Options, ILogger Logger);
