using System.Text;
using System.Xml;
using System.Xml.Serialization;

namespace Dams.Soap;

/// <summary>Writes answers and faults of either version.</summary>
internal static class MessageWriter
{
    private const string Prefix = "s";
    private const string UpgradeNamespace = "http://www.w3.org/2003/05/soap-envelope";

    private static readonly XmlWriterSettings s_settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CloseOutput = false,
        NamespaceHandling = NamespaceHandling.OmitDuplicates,
    };

    /// <summary>Keeps xsi and xsd declarations, which nothing here needs, out of the answers.</summary>
    private static readonly XmlSerializerNamespaces s_none = new([new XmlQualifiedName("", "")]);

    public static void WriteAnswer(Stream output, SoapVersion version, SoapOperation operation, object? result)
    {
        using var writer = Begin(output, version);
        writer.WriteStartElement(Prefix, "Body", version.Namespace);
        object?[] members = operation.HasResult
            ? [result ?? throw new InvalidOperationException($"{operation.Name} has returned nothing")]
            : [];
        operation.AnswerSerializer.Serialize(writer, members, s_none);
        writer.WriteEndDocument();
    }

    /// <summary>
    /// Writes a fault in the version of the request. The reason must be cleaned already. The serializer writes the detail, if there is one.
    /// <paramref name="notUnderstood"/> names the headers of a MustUnderstand fault.
    /// </summary>
    public static void WriteFault(
        Stream output,
        SoapVersion version,
        SoapFaultSide side,
        string reason,
        object? detail,
        XmlSerializer? serializer,
        IReadOnlyList<XmlQualifiedName>? notUnderstood)
    {
        using var writer = Begin(output, version);
        var soap = version.Namespace;
        var is12 = version == SoapVersion.Soap12;
        if (side == SoapFaultSide.VersionMismatch)
            WriteUpgrade(writer, soap);
        else if (is12 && notUnderstood is not null)
            WriteNotUnderstood(writer, soap, notUnderstood);

        writer.WriteStartElement(Prefix, "Body", soap);
        writer.WriteStartElement(Prefix, "Fault", soap);
        var code = $"{Prefix}:{CodeOf(side, is12)}";
        if (is12)
        {
            writer.WriteStartElement(Prefix, "Code", soap);
            writer.WriteElementString(Prefix, "Value", soap, code);
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

    // SOAP 1.2 part 1, section 5.4.7: names the versions that this service understands.
    private static void WriteUpgrade(XmlWriter writer, string soap)
    {
        writer.WriteStartElement(Prefix, "Header", soap);
        writer.WriteStartElement(Prefix, "Upgrade", UpgradeNamespace);
        foreach (var (prefix, supported) in new[] { ("s12", SoapVersion.Soap12), ("s11", SoapVersion.Soap11) })
        {
            writer.WriteStartElement(Prefix, "SupportedEnvelope", UpgradeNamespace);
            writer.WriteAttributeString("xmlns", prefix, null, supported.Namespace);
            writer.WriteAttributeString("qname", $"{prefix}:Envelope");
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    // SOAP 1.2 part 1, section 5.4.8.
    private static void WriteNotUnderstood(XmlWriter writer, string soap, IReadOnlyList<XmlQualifiedName> headers)
    {
        writer.WriteStartElement(Prefix, "Header", soap);
        foreach (var header in headers)
        {
            writer.WriteStartElement(Prefix, "NotUnderstood", soap);
            if (header.Namespace.Length > 0)
                writer.WriteAttributeString("xmlns", "h", null, header.Namespace);
            writer.WriteAttributeString("qname", header.Namespace.Length > 0 ? $"h:{header.Name}" : header.Name);
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }
}
