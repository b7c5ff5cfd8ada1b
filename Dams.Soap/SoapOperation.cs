using System.Xml.Serialization;

namespace Dams.Soap;

/// <summary>An operation, as the interface and the WSDL agree on it.</summary>
internal sealed class SoapOperation
{
    /// <summary>The wrapper element of the request.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace of the wrapper elements.</summary>
    public required string Namespace { get; init; }

    /// <summary>The SOAPAction; may be empty.</summary>
    public required string Action { get; init; }

    /// <summary>The forms of the SOAPAction that toolkits make up without the WSDL.</summary>
    public required IReadOnlySet<string> OtherActions { get; init; }

    public required string Documentation { get; init; }

    /// <summary>The parameters, in the order on the wire.</summary>
    public required IReadOnlyList<SoapParameter> Parameters { get; init; }

    /// <summary>The namespace of the parameters' elements: empty in rpc style.</summary>
    public required string ParameterNamespace { get; init; }

    /// <summary>Whether the method returns something.</summary>
    public required bool HasResult { get; init; }

    /// <summary>
    /// Writes the wrapper of the answer with the result in it. The result is given as an array of one element, or of none.
    /// </summary>
    public required XmlSerializer AnswerSerializer { get; init; }

    /// <summary>Calls the method on a contract's implementation.</summary>
    public required Func<object, object?[], ValueTask<object?>> Invoke { get; init; }

    /// <summary>
    /// Whether a SOAPAction fits this operation. Any does if the contract's own is empty, as in the original contract: then clients send
    /// whatever their toolkit makes up. Else it is absent, empty, the operation's own, or a toolkit's default for this operation:
    /// <list type="bullet">
    /// <item>the bare name (jquery.soap), or <c>urn:</c> and the name (Axis2);</item>
    /// <item>namespace and name joined by <c>#</c> (SOAP::Lite), by <c>/</c>, by <c>:</c> or by nothing;</item>
    /// <item>namespace, port type and name joined by <c>/</c> (WCF, WS-Addressing), the latter with <c>Request</c> at its end.</item>
    /// </list>
    /// </summary>
    public bool AcceptsAction(string? action) =>
        Action.Length == 0 || string.IsNullOrEmpty(action) || action == Action || OtherActions.Contains(action);
}
