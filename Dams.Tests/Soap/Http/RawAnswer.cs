using System.Net;
using System.Net.Http.Headers;

namespace Dams.Tests.Soap.Http;

/// <summary>An answer that was read from a raw connection.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The answer as a SOAP message, checked as every answer is.</summary>
    public SoapAnswer Soap => new((HttpStatusCode)Status, MediaTypeHeaderValue.Parse(Headers["Content-Type"]), Body);

    public bool IsClosing => Headers.GetValueOrDefault("Connection") == "close";
}
