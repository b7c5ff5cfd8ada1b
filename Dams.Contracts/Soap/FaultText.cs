using System.Text;

namespace Dams.Contracts.Soap;

/// <summary>Makes text that came from outside fit for a fault: characters that XML forbids are stripped, and it is cut.</summary>
public static class FaultText
{
    /// <summary>The most characters of a fault's reason; long enough for a sentence, too short to be a channel.</summary>
    public const int ReasonLengthMax = 300;

    /// <summary>The most characters of a client's value inside a reason.</summary>
    public const int ValueLengthMax = 64;

    /// <summary>A whole reason.</summary>
    public static string Reason(string text) => Clean(text, ReasonLengthMax);

    /// <summary>A client's value, in quotes.</summary>
    public static string Value(string? text) => $"'{Clean(text ?? "", ValueLengthMax)}'";

    /// <summary>Keeps what XML 1.0 allows, control characters made spaces, at most <paramref name="lengthMax"/> characters with an ellipsis if cut.</summary>
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
