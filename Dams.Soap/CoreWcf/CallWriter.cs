using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Xml;
using System.Xml.Serialization;

namespace Dams.Soap.CoreWcf;

/// <summary>Writes a checked call as an envelope. The arguments are what the endpoint has read, so nothing is lost or added.</summary>
internal static class CallWriter
{
    private const string Prefix = "s";
    private static readonly ConcurrentDictionary<object, string> s_enumerations = new();

    // A carriage return that stands in the text would be read as a line feed.
    private static readonly XmlWriterSettings s_settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        OmitXmlDeclaration = true,
        NewLineHandling = NewLineHandling.Entitize,
        CloseOutput = false,
    };

    public static void Write(Stream output, SoapVersion version, SoapCall call)
    {
        var operation = call.Operation;
        using var writer = XmlWriter.Create(output, s_settings);
        writer.WriteStartElement(Prefix, "Envelope", version.Namespace);
        writer.WriteStartElement(Prefix, "Body", version.Namespace);
        // In rpc style the parameters have no namespace, so the wrapper's must not be the default one.
        writer.WriteStartElement(operation.ParameterNamespace.Length == 0 ? "m" : "", operation.Name, operation.Namespace);
        foreach (var (index, parameter) in operation.Parameters.Index())
        {
            if (call.Arguments[index] is { } value)
                writer.WriteElementString(parameter.Name, operation.ParameterNamespace, TextOf(value));
        }

        writer.WriteEndElement();
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static string TextOf(object value) => value switch
    {
        string text => text,
        bool flag => XmlConvert.ToString(flag),
        Enum member => s_enumerations.GetOrAdd(member, static member => NameOf(member)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string NameOf(object member)
    {
        var name = member.ToString()!;
        return member.GetType().GetField(name)?.GetCustomAttribute<XmlEnumAttribute>()?.Name ?? name;
    }
}
