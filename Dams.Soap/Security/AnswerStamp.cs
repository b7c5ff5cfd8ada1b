using System.Globalization;
using System.Xml;

namespace Dams.Soap.Security;

/// <summary>
/// The <c>wsse:Security</c> header of an answer: a Timestamp and nothing else. A .NET client that has sent the header accepts no answer
/// without one. It need not be understood, because other clients don't look at it. It is a feature of the request that is answered.
/// </summary>
/// <param name="created">The time of the answer.</param>
internal sealed class AnswerStamp(DateTimeOffset created)
{
    private const string Prefix = "o";

    /// <summary>Writes the header.</summary>
    public void Write(XmlWriter writer)
    {
        writer.WriteStartElement(Prefix, SecurityNames.Header, SecurityNames.Extension);
        WriteContents(writer);
        writer.WriteEndElement();
    }

    /// <summary>Writes what is inside the header.</summary>
    public void WriteContents(XmlWriter writer)
    {
        writer.WriteStartElement("u", SecurityNames.Timestamp, SecurityNames.Utility);
        writer.WriteAttributeString("u", "Id", SecurityNames.Utility, "_0");
        writer.WriteElementString("u", SecurityNames.Created, SecurityNames.Utility, Text(created));
        writer.WriteElementString("u", SecurityNames.Expires, SecurityNames.Utility, Text(created + MessageLifetime.ValidityMax));
        writer.WriteEndElement();
    }

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
