using System.Xml;

namespace Dams.Contracts.Soap;

/// <summary>The text that a SOAP message can carry.</summary>
public static class XmlText
{
    /// <summary>
    /// Whether XML 1.0 allows the text: it has no half of a surrogate pair, and no control character but tab and line ends.
    /// </summary>
    public static bool IsAllowed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
                continue;
            if (i + 1 == text.Length || !XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
                return false;
            i++;
        }

        return true;
    }
}
