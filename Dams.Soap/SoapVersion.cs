using System.Xml;

namespace Dams.Soap;

/// <summary>The differences between SOAP 1.1 and 1.2 on the wire.</summary>
internal sealed class SoapVersion
{
    public static readonly SoapVersion Soap11 = new()
    {
        Name = "SOAP 1.1",
        Namespace = "http://schemas.xmlsoap.org/soap/envelope/",
        MediaType = "text/xml",
        RoleAttribute = "actor",
        OwnRoles = ["http://schemas.xmlsoap.org/soap/actor/next"],
    };

    public static readonly SoapVersion Soap12 = new()
    {
        Name = "SOAP 1.2",
        Namespace = "http://www.w3.org/2003/05/soap-envelope",
        MediaType = "application/soap+xml",
        RoleAttribute = "role",
        OwnRoles =
        [
            "http://www.w3.org/2003/05/soap-envelope/role/next",
            "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
        ],
    };

    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string MediaType { get; init; }

    /// <summary>The attribute that names the role that a header is for.</summary>
    public required string RoleAttribute { get; init; }

    /// <summary>The roles that this host plays, besides the empty one.</summary>
    public required IReadOnlyList<string> OwnRoles { get; init; }

    public string ContentType => MediaType + "; charset=utf-8";

    /// <summary>The version whose envelopes have this namespace, or null.</summary>
    public static SoapVersion? OfNamespace(string name) =>
        name == Soap11.Namespace ? Soap11
        : name == Soap12.Namespace ? Soap12
        : null;

    /// <summary>The version of an envelope, or null if the text is no envelope of a known version, or its root exceeds a limit.</summary>
    public static SoapVersion? OfEnvelope(string text)
    {
        // The parser would read thousands of attributes, which takes longer than the refusal of the whole message.
        if (MessageBounds.CheckRoot(text) is not null)
            return null;
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), MessageReader.Settings);
            return reader.MoveToContent() == XmlNodeType.Element && reader.LocalName == "Envelope"
                ? OfNamespace(reader.NamespaceURI)
                : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
