using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>
/// Calls the operations of one contract. The endpoint has read and checked the message before; the dispatcher calls the implementation,
/// and writes the answer or the fault. Used by many threads.
/// </summary>
internal interface ISoapDispatcher
{
    /// <summary>Executes a call and answers it in the SOAP version of the request.</summary>
    Task DispatchAsync(HttpContext http, SoapVersion version, SoapCall call);
}
