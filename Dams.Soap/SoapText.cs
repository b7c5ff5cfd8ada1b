using System.Text;

namespace Dams.Soap;

/// <summary>Cleans text from outside for a fault.</summary>
internal static class SoapText
{
    /// <summary>The most characters of a reason: enough for a sentence, too few to serve as a channel.</summary>
    public const int ReasonLengthMax = 300;

    /// <summary>
    /// Keeps the characters that XML 1.0 allows, but turns control characters into spaces. Longer text is cut to
    /// <paramref name="lengthMax"/> characters and then ends with an ellipsis.
    /// </summary>
    public static string Clean(string text, int lengthMax = ReasonLengthMax)
    {
        var clean = new StringBuilder(Math.Min(text.Length, lengthMax));
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var isPair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (!isPair && (char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF' || (c < ' ' && c is not ('\t' or '\n' or '\r'))))
                continue;
            var width = isPair ? 2 : 1;
            if (clean.Length + width > lengthMax - (i + width < text.Length ? 1 : 0))
            {
                clean.Append('…');
                break;
            }

            if (isPair)
                clean.Append(c).Append(text[++i]);
            else
                clean.Append(char.IsControl(c) ? ' ' : c);
        }

        return clean.ToString();
    }
}
