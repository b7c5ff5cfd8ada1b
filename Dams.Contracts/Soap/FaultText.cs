using System.Text;

namespace Dams.Contracts.Soap;

/// <summary>
/// Cleans text from outside for a fault: strips characters that XML forbids, and cuts long text. The SOAP host gets <see cref="Clean"/>
/// through its options, for the faults that it answers with itself.
/// </summary>
public static class FaultText
{
    /// <summary>The most characters of a fault's reason: enough for a sentence, too few to serve as a channel.</summary>
    public const int ReasonLengthMax = 300;

    /// <summary>The most characters of a client's value inside a reason.</summary>
    public const int ValueLengthMax = 64;

    /// <summary>Cleans a whole reason.</summary>
    public static string Reason(string text) => Clean(text, ReasonLengthMax);

    /// <summary>Cleans a client's value and puts it in quotes.</summary>
    public static string Value(string? text) => $"'{Clean(text ?? "", ValueLengthMax)}'";

    /// <summary>
    /// Keeps the characters that XML 1.0 allows, but turns control characters into spaces. Longer text is cut to
    /// <paramref name="lengthMax"/> characters and then ends with an ellipsis.
    /// </summary>
    public static string Clean(string text, int lengthMax)
    {
        var clean = new StringBuilder(Math.Min(text.Length, lengthMax));
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var isPair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            var width = isPair ? 2 : 1;
            if (!isPair && (char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF' || (c < ' ' && c is not ('\t' or '\n' or '\r'))))
                continue;
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
