using System.Text;

namespace Dams.Tests.Tidy;

/// <summary>Removes comments and the contents of strings from C#, so that a rule about code doesn't match words.</summary>
internal static class CodeText
{
    private enum Inside
    {
        Code = 0,
        LineComment = 1,
        BlockComment = 2,
        Text = 3,
        VerbatimText = 4,
        RawText = 5,
        Character = 6,
    }

    /// <summary>The same text with blanks where comments, strings and character literals were; line breaks stay.</summary>
    public static string WithoutWords(string source)
    {
        var code = new StringBuilder(source.Length);
        var inside = Inside.Code;
        var quotes = 0;
        for (var i = 0; i < source.Length; i++)
        {
            var c = source[i];
            var next = i + 1 < source.Length ? source[i + 1] : '\0';
            switch (inside)
            {
                case Inside.Code:
                    inside = Enter(source, i, out quotes);
                    if (inside == Inside.RawText)
                        i += quotes - 1;
                    break;
                case Inside.LineComment when c == '\n':
                case Inside.Text or Inside.Character when c == '\n':
                    inside = Inside.Code;
                    break;
                case Inside.BlockComment when c == '*' && next == '/':
                case Inside.VerbatimText when c == '"' && next != '"':
                case Inside.Text when c == '"':
                case Inside.Character when c == '\'':
                    if (inside == Inside.BlockComment)
                        i++;
                    inside = Inside.Code;
                    code.Append(' ');
                    continue;
                case Inside.VerbatimText when c == '"':
                case Inside.Text or Inside.Character when c == '\\':
                    i++;
                    break;
                case Inside.RawText when Run(source, i) >= quotes:
                    i += Run(source, i) - 1;
                    inside = Inside.Code;
                    code.Append(' ');
                    continue;
            }

            code.Append(inside == Inside.Code || c == '\n' ? c : ' ');
        }

        return code.ToString();
    }

    private static Inside Enter(string source, int at, out int quotes)
    {
        quotes = 0;
        var rest = source.AsSpan(at);
        if (rest.StartsWith("//"))
            return Inside.LineComment;
        if (rest.StartsWith("/*"))
            return Inside.BlockComment;
        if (rest[0] == '\'')
            return Inside.Character;
        if (rest[0] != '"')
            return Inside.Code;
        quotes = Run(source, at);
        if (quotes >= 3)
            return Inside.RawText;
        return at > 0 && (source[at - 1] == '@' || (at > 1 && source[at - 1] == '$' && source[at - 2] == '@'))
            ? Inside.VerbatimText
            : Inside.Text;
    }

    private static int Run(string source, int at)
    {
        var length = 0;
        while (at + length < source.Length && source[at + length] == '"')
            length++;
        return length;
    }
}
