using System.Collections.Frozen;

namespace Dams.Soap;

/// <summary>
/// Which attributes of a request and its parameters carry nothing that this service needs. Toolkits add them whatever the WSDL says:
/// ksoap2-android and gSOAP number the elements, rpc toolkits name types and encodings, security layers name the elements that they sign.
/// </summary>
internal static class MessageAttributes
{
    private const string XmlnsNamespace = "http://www.w3.org/2000/xmlns/";

    /// <summary>XML Schema's instance namespace, and those of its drafts, which older toolkits still use.</summary>
    private static readonly string[] s_instances =
    [
        "http://www.w3.org/2001/XMLSchema-instance",
        "http://www.w3.org/2000/10/XMLSchema-instance",
        "http://www.w3.org/1999/XMLSchema-instance",
    ];

    private static readonly FrozenSet<(string Namespace, string Name)> s_idle = Idle().ToFrozenSet();

    /// <summary>Whether the attribute may be ignored.</summary>
    public static bool IsIdle(string attributeNamespace, string name) =>
        attributeNamespace == XmlnsNamespace || s_idle.Contains((attributeNamespace, name));

    /// <summary>Whether the attribute says that its element has no value. In drafts of XML Schema its name was <c>null</c>.</summary>
    public static bool IsNil(string attributeNamespace, string name) =>
        name is "nil" or "null" && Array.IndexOf(s_instances, attributeNamespace) >= 0;

    /// <summary>Whether the attribute says that the value is elsewhere: SOAP 1.1, SOAP 1.2 and data contracts.</summary>
    public static bool IsReference(string attributeNamespace, string name) =>
        name is "href" or "ref" or "Ref" && attributeNamespace != XmlnsNamespace;

    /// <summary>Says why an attribute that is not idle is refused.</summary>
    public static SoapRefusal Refuse(string element, string attributeNamespace, string name)
    {
        var where = attributeNamespace.Length == 0 ? "" : $" in the namespace {SoapRefusal.Quoted(attributeNamespace)}";
        var attribute = $"{SoapRefusal.Quoted(element)} has the attribute {SoapRefusal.Quoted(name)}{where}";
        return SoapRefusal.Invalid(
            IsReference(attributeNamespace, name)
                ? $"{attribute}. It refers to a value elsewhere, which this service does not look up; send the value in the element."
                : $"{attribute}, which this service does not know; leave it out.",
            element);
    }

    private static IEnumerable<(string Namespace, string Name)> Idle()
    {
        // SOAP 1.2 part 1, sections 5.2.2 to 5.2.4: these mean something on header blocks only. An encoding adds nothing to a plain value.
        foreach (var envelope in new[] { SoapVersion.Soap11.Namespace, SoapVersion.Soap12.Namespace })
        {
            foreach (var name in new[] { "encodingStyle", "mustUnderstand", "actor", "role", "relay" })
                yield return (envelope, name);
        }

        // The type is that of the schema, whatever an element claims; its value must fit.
        foreach (var instance in s_instances)
        {
            foreach (var name in new[] { "type", "schemaLocation", "noNamespaceSchemaLocation" })
                yield return (instance, name);
        }

        // Ids, as targets of references from elsewhere: SOAP encodings, XML Signature, WS-Security and its drafts, data contracts.
        foreach (var name in new[] { "id", "Id", "ID" })
            yield return ("", name);
        yield return ("http://schemas.xmlsoap.org/soap/security/2000-12", "id");
        yield return ("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd", "Id");
        yield return ("http://schemas.xmlsoap.org/ws/2002/07/utility", "Id");
        yield return ("http://schemas.xmlsoap.org/ws/2003/06/utility", "Id");
        yield return ("http://schemas.microsoft.com/2003/10/Serialization/", "Id");

        // SOAP 1.1, section 5.6, and SOAP 1.2 part 2, section 3.1: a serialization root, and the kind of a node.
        yield return ("http://schemas.xmlsoap.org/soap/encoding/", "root");
        yield return ("http://schemas.xmlsoap.org/soap/encoding/", "id");
        yield return ("http://www.w3.org/2003/05/soap-encoding", "id");
        yield return ("http://www.w3.org/2003/05/soap-encoding", "nodeType");

        foreach (var name in new[] { "lang", "space", "base", "id" })
            yield return ("http://www.w3.org/XML/1998/namespace", name);
    }
}
