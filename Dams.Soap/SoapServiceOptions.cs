using System.ServiceModel;
using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>How a service is hosted. Immutable; checked when the service is mapped.</summary>
public sealed record SoapServiceOptions
{
    /// <summary>The text of the hand-written WSDL. Its schema is what requests are validated against; the addresses in it are replaced.</summary>
    public required string Wsdl { get; init; }

    /// <summary>The address under which clients reach this server, without the service's path; null: the Host header, if <see cref="AllowedHosts"/> allow it.</summary>
    public Uri? PublicBaseUrl { get; init; }

    /// <summary>Host names that may be echoed into the WSDL, besides loopback ones; <c>*</c> allows all. A header that is not allowed is replaced by the local address.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The longest request body, in bytes. A request of this contract has less than a kilobyte; the rest is room for security headers.</summary>
    public int RequestBytesMax { get; init; } = 256 * 1024;

    /// <summary>The deepest nesting of elements, the envelope being the first. Security headers have about ten.</summary>
    public int DepthMax { get; init; } = 32;

    /// <summary>
    /// Makes the detail of faults that the host itself answers with: an object of a type that some operation's <c>FaultContract</c> names, or null for none.
    /// Called by any thread.
    /// </summary>
    public Func<SoapHostFault, object?> FaultDetail { get; init; } = static _ => null;

    /// <summary>Asked before the body is read: a fault is answered with status 401 and <see cref="Challenge"/>; null lets the request pass.</summary>
    public Func<HttpContext, ValueTask<FaultException?>>? Authorize { get; init; }

    /// <summary>The <c>WWW-Authenticate</c> header of a 401.</summary>
    public string Challenge { get; init; } = "Basic realm=\"SOAP\", charset=\"UTF-8\"";

    /// <summary>Values of the sample requests of the help page, by parameter name; others are made from the type.</summary>
    public IReadOnlyDictionary<string, string> SampleValues { get; init; } = new Dictionary<string, string>();

    /// <summary>Every request takes the full validation, for comparison in the tests.</summary>
    internal bool FullValidationOnly { get; init; }
}

/// <summary>Why the host itself answers with a fault.</summary>
public enum SoapHostFaultKind
{
    /// <summary>The message is malformed, or not of this contract.</summary>
    InvalidRequest,

    /// <summary>The message is too long; the status is 413.</summary>
    TooLarge,

    /// <summary>The service threw what is not a fault; the log has it under the reference.</summary>
    InternalError,
}

/// <summary>A fault that the host itself answers with, for <see cref="SoapServiceOptions.FaultDetail"/>.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Reason">The text for people, cleaned and cut.</param>
/// <param name="Field">The element that is wrong, or null.</param>
/// <param name="Reference">The reference in the log, of an internal error.</param>
public sealed record SoapHostFault(SoapHostFaultKind Kind, string Reason, string? Field, string? Reference);
