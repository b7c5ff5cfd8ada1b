using System.Xml;
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

    public required string Documentation { get; init; }

    /// <summary>In the order of the wire.</summary>
    public required IReadOnlyList<SoapParameter> Parameters { get; init; }

    /// <summary>The namespace of the parameters' elements: empty in rpc style.</summary>
    public required string ParameterNamespace { get; init; }

    /// <summary>The element of the result inside the wrapper of the answer; null if there is none.</summary>
    public required string? ResultName { get; init; }

    /// <summary>Writes the result's element; null if it is text or there is none.</summary>
    public required XmlSerializer? ResultSerializer { get; init; }

    /// <summary>Makes the contract's namespace the default one of the result.</summary>
    public XmlSerializerNamespaces ResultNamespaces => field ??= new XmlSerializerNamespaces([new XmlQualifiedName("", Namespace)]);

    /// <summary>Calls the method on a contract's implementation.</summary>
    public required Func<object, object?[], ValueTask<object?>> Invoke { get; init; }

    /// <summary>Whether a SOAPAction is compatible: absent, empty, ours, or namespace and name joined by <c>#</c>, as SOAP::Lite does.</summary>
    public bool AcceptsAction(string? action) => string.IsNullOrEmpty(action)
        || action == Action
        || (action.Length == Namespace.Length + 1 + Name.Length
            && action.StartsWith(Namespace, StringComparison.Ordinal)
            && action[Namespace.Length] == '#'
            && action.EndsWith(Name, StringComparison.Ordinal));
}
