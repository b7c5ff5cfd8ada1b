using Dams.Soap.Security;
using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>How a service is hosted. Immutable; checked when the service is mapped.</summary>
public sealed record SoapServiceOptions
{
    /// <summary>
    /// The text of the hand-written WSDL. The host validates requests against its schema, and replaces the addresses in it.
    /// </summary>
    public required string Wsdl { get; init; }

    /// <summary>
    /// Cleans a text from outside for a fault: keeps what XML allows, turns control characters into spaces, and cuts the text to so many
    /// characters. The service gives it, so that its own faults and those of the host are cleaned alike. Called by any thread.
    /// </summary>
    public required Func<string, int, string> CleanText { get; init; }

    /// <summary>
    /// The address under which clients reach this host, without the service's path. If it is null, the Host header counts, provided that
    /// <see cref="AllowedHosts"/> allow it.
    /// </summary>
    public Uri? PublicBaseUrl { get; init; }

    /// <summary>
    /// Host names that may be echoed into the WSDL, besides loopback ones and the local address; <c>*</c> allows all. The local address
    /// replaces a header that is not allowed.
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>
    /// The longest request body, in bytes. A request of this contract has less than a kilobyte; the rest is room for security headers.
    /// </summary>
    public int RequestBytesMax { get; init; } = 256 * 1024;

    /// <summary>
    /// Whether messages in ISO-8859-1, ISO-8859-15 and Windows-1252 are accepted, besides UTF-8 and UTF-16. A contract whose old clients
    /// send them needs this. In other contracts, such a client fails at its first call and not later, at its first accent.
    /// </summary>
    public bool AcceptsLatin1 { get; init; }

    /// <summary>The deepest nesting of elements; the envelope is the first level. Security headers have about ten levels.</summary>
    public int DepthMax { get; init; } = 32;

    /// <summary>
    /// Makes the detail of a fault with which the host itself answers. It is an object of a type that some operation's <c>FaultContract</c>
    /// names, or null for no detail. Called by any thread.
    /// </summary>
    public Func<SoapHostFault, object?> FaultDetail { get; init; } = static _ => null;

    /// <summary>
    /// Called before the body is read. If it gives a denial, that is the answer. If it gives null, the request passes. With
    /// <see cref="UsernameTokens"/>, a request without an <c>Authorization</c> header is denied only if its message has no UsernameToken,
    /// either.
    /// </summary>
    public Func<HttpContext, ValueTask<SoapDenial?>>? Authorize { get; init; }

    /// <summary>
    /// Takes the UsernameTokens of WS-Security headers. If it is null, the service does not understand such a header: it is ignored, or
    /// refused if it must be understood.
    /// </summary>
    public UsernameTokens? UsernameTokens { get; init; }

    /// <summary>The <c>WWW-Authenticate</c> headers of a 401, one for each way to authenticate.</summary>
    public IReadOnlyList<string> Challenges { get; init; } = ["Basic realm=\"SOAP\", charset=\"UTF-8\""];

    /// <summary>
    /// Values for the sample requests on the help page, by parameter name, or by operation and parameter name with a dot between them.
    /// Other values are made from the parameter's type.
    /// </summary>
    public IReadOnlyDictionary<string, string> SampleValues { get; init; } = new Dictionary<string, string>();

    /// <summary>Results for the sample answers on the help page, by operation. An operation without one has no sample answer.</summary>
    public IReadOnlyDictionary<string, object> SampleAnswers { get; init; } = new Dictionary<string, object>();

    /// <summary>Further pages for people. The help page links to them.</summary>
    public IReadOnlyList<SoapPage> Pages { get; init; } = [];

    /// <summary>
    /// Whether messages are read as leniently as JAX-WS reads them: parameters in any order, absent, empty or nil ones as null or 0, and
    /// unknown elements ignored. False means that a message must fit the schema. A service whose clients rely on leniency sets it. No
    /// parameter may be an enumeration then, because an absent one would silently become the first value.
    /// </summary>
    public bool IsForgiving { get; init; }

    /// <summary>Whether every request goes through full validation, for comparison in the tests.</summary>
    internal bool FullValidationOnly { get; init; }
}

/// <summary>The reasons why the host itself answers with a fault.</summary>
public enum SoapHostFaultKind
{
    /// <summary>The message is malformed, or not of this contract.</summary>
    InvalidRequest,

    /// <summary>The message is too long; the status is 413.</summary>
    TooLarge,

    /// <summary>The service threw an exception that is no fault; the log has it under the reference.</summary>
    InternalError,
}

/// <summary>A fault with which the host itself answers, for <see cref="SoapServiceOptions.FaultDetail"/>.</summary>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Reason">The text for people, cleaned and cut.</param>
/// <param name="Field">The element that is wrong, or null.</param>
public sealed record SoapHostFault(SoapHostFaultKind Kind, string Reason, string? Field);
