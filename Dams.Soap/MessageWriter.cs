using System.Text;
using System.Xml;
using System.Xml.Serialization;
using Dams.Soap.Security;

namespace Dams.Soap;

/// <summary>Writes answers and faults of either version.</summary>
internal static class MessageWriter
{
    private const string Prefix = "s";
    private const string CodePrefix = "c";
    private const string UpgradeNamespace = "http://www.w3.org/2003/05/soap-envelope";

    private static readonly XmlWriterSettings s_settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CloseOutput = false,
        NamespaceHandling = NamespaceHandling.OmitDuplicates,
    };

    /// <summary>Keeps xsi and xsd declarations, which nothing here needs, out of the answers.</summary>
    private static readonly XmlSerializerNamespaces s_none = new([new XmlQualifiedName("", "")]);

    /// <summary>Writes the answer of an operation, with a security header if there is a stamp.</summary>
    public static void WriteAnswer(
        Stream output, SoapVersion version, SoapOperation operation, object? result, AnswerStamp? stamp = null)
    {
        using var writer = Begin(output, version);
        WriteHeader(writer, version, null, stamp);
        writer.WriteStartElement(Prefix, "Body", version.Namespace);
        object?[] members = operation.HasResult
            ? [result ?? throw new InvalidOperationException($"{operation.Name} has returned nothing")]
            : [];
        operation.AnswerSerializer.Serialize(writer, members, s_none);
        writer.WriteEndDocument();
    }

    /// <summary>
    /// Writes a fault in the version of the request. The reason of the refusal must be cleaned already. The serializer writes the detail,
    /// if there is one. With a stamp, the fault has a security header.
    /// </summary>
    public static void WriteFault(
        Stream output, SoapVersion version, SoapRefusal refusal, object? detail, XmlSerializer? serializer, AnswerStamp? stamp = null)
    {
        using var writer = Begin(output, version);
        var soap = version.Namespace;
        var is12 = version == SoapVersion.Soap12;
        var reason = refusal.Reason;
        WriteHeader(writer, version, refusal, stamp);
        writer.WriteStartElement(Prefix, "Body", soap);
        writer.WriteStartElement(Prefix, "Fault", soap);
        var code = $"{Prefix}:{CodeOf(refusal.Side, is12)}";
        if (is12)
        {
            writer.WriteStartElement(Prefix, "Code", soap);
            writer.WriteElementString(Prefix, "Value", soap, code);
            if (refusal.Code is { } subcode)
            {
                writer.WriteStartElement(Prefix, "Subcode", soap);
                WriteCode(writer, "Value", soap, subcode);
                writer.WriteEndElement();
            }

            writer.WriteEndElement();
            writer.WriteStartElement(Prefix, "Reason", soap);
            writer.WriteStartElement(Prefix, "Text", soap);
            writer.WriteAttributeString("xml", "lang", null, "en");
            writer.WriteString(reason);
            writer.WriteEndElement();
            writer.WriteEndElement();
        }
        else
        {
            // SOAP 1.1 has no subcodes; WS-Security 1.1, section 12, puts its code in the place of SOAP's.
            if (refusal.Code is { } own)
                WriteCode(writer, "faultcode", "", own);
            else
                writer.WriteElementString("faultcode", code);
            writer.WriteStartElement("faultstring");
            writer.WriteAttributeString("xml", "lang", null, "en");
            writer.WriteString(reason);
            writer.WriteEndElement();
        }

        if (detail is not null && serializer is not null)
        {
            if (is12)
                writer.WriteStartElement(Prefix, "Detail", soap);
            else
                writer.WriteStartElement("detail");
            serializer.Serialize(writer, detail, s_none);
            writer.WriteEndElement();
        }

        writer.WriteEndDocument();
    }

    private static XmlWriter Begin(Stream output, SoapVersion version)
    {
        var writer = XmlWriter.Create(output, s_settings);
        writer.WriteStartDocument();
        writer.WriteStartElement(Prefix, "Envelope", version.Namespace);
        return writer;
    }

    private static string CodeOf(SoapFaultSide side, bool is12) => side switch
    {
        SoapFaultSide.Sender => is12 ? "Sender" : "Client",
        SoapFaultSide.Receiver => is12 ? "Receiver" : "Server",
        SoapFaultSide.MustUnderstand => "MustUnderstand",
        _ => "VersionMismatch",
    };

    private static void WriteCode(XmlWriter writer, string element, string elementNamespace, XmlQualifiedName code)
    {
        if (elementNamespace.Length == 0)
            writer.WriteStartElement(element);
        else
            writer.WriteStartElement(Prefix, element, elementNamespace);
        writer.WriteAttributeString("xmlns", CodePrefix, null, code.Namespace);
        writer.WriteString($"{CodePrefix}:{code.Name}");
        writer.WriteEndElement();
    }

    private static void WriteHeader(XmlWriter writer, SoapVersion version, SoapRefusal? refusal, AnswerStamp? stamp)
    {
        var notUnderstood = version == SoapVersion.Soap12 ? refusal?.NotUnderstood : null;
        var isUpgrade = refusal?.Side == SoapFaultSide.VersionMismatch;
        if (stamp is null && notUnderstood is null && !isUpgrade)
            return;
        writer.WriteStartElement(Prefix, "Header", version.Namespace);
        if (isUpgrade)
            WriteUpgrade(writer);
        else if (notUnderstood is not null)
            WriteNotUnderstood(writer, version.Namespace, notUnderstood);
        stamp?.Write(writer);
        writer.WriteEndElement();
    }

    // SOAP 1.2 part 1, section 5.4.7: names the versions that this service understands.
    private static void WriteUpgrade(XmlWriter writer)
    {
        writer.WriteStartElement(Prefix, "Upgrade", UpgradeNamespace);
        foreach (var (prefix, supported) in new[] { ("s12", SoapVersion.Soap12), ("s11", SoapVersion.Soap11) })
        {
            writer.WriteStartElement(Prefix, "SupportedEnvelope", UpgradeNamespace);
            writer.WriteAttributeString("xmlns", prefix, null, supported.Namespace);
            writer.WriteAttributeString("qname", $"{prefix}:Envelope");
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }

    // SOAP 1.2 part 1, section 5.4.8.
    private static void WriteNotUnderstood(XmlWriter writer, string soap, IReadOnlyList<XmlQualifiedName> headers)
    {
        foreach (var header in headers)
        {
            writer.WriteStartElement(Prefix, "NotUnderstood", soap);
            if (header.Namespace.Length > 0)
                writer.WriteAttributeString("xmlns", "h", null, header.Namespace);
            writer.WriteAttributeString("qname", header.Namespace.Length > 0 ? $"h:{header.Name}" : header.Name);
            writer.WriteEndElement();
        }
    }
}
