using System.Buffers;

namespace Dams.Soap;

/// <summary>
/// The limits of a message's markup. One pass over the text counts its pieces before any parser sees it. So whatever comes later is cheap
/// for every message: its time grows with the bytes, and a tag can't hold thousands of attributes. A request of a contract has about
/// twenty pieces, and one with a signed security header a few hundred.
/// </summary>
internal static class MessageBounds
{
    /// <summary>The most elements directly in an element: parameters in a request, blocks in a header, and so on.</summary>
    public const int ChildrenMax = 64;

    /// <summary>The most attributes of an element. Namespace declarations count too.</summary>
    public const int AttributesMax = 64;

    /// <summary>The most elements, attributes, references, comments, CDATA sections and processing instructions in a message.</summary>
    public const int PiecesMax = 4096;

    // The counts of a deeper message don't go on the stack.
    private const int DepthOnStackMax = 256;

    private static readonly SearchValues<char> s_nameEnds = SearchValues.Create(" \t\r\n/>");

    /// <summary>
    /// Returns what exceeds a limit, or null. Where the text is not well-formed the pass ends early, because the parser ends there, too.
    /// </summary>
    public static SoapRefusal? Check(string text, int depthMax) => Check(text, depthMax, isRootOnly: false);

    /// <summary>The same for all before the root element and its tag.</summary>
    public static SoapRefusal? CheckRoot(string text) => Check(text, 1, isRootOnly: true);

    private static SoapRefusal? Check(string text, int depthMax, bool isRootOnly)
    {
        Span<int> counts = depthMax <= DepthOnStackMax ? stackalloc int[depthMax] : new int[depthMax];
        Span<int> names = depthMax <= DepthOnStackMax ? stackalloc int[depthMax] : new int[depthMax];
        var (at, depth, pieces) = (0, 0, 0);
        while (true)
        {
            var rest = text.AsSpan(at);
            var open = rest.IndexOf('<');
            pieces += ReferencesIn(open < 0 ? rest : rest[..open]);
            if (open < 0)
                return pieces > PiecesMax ? TooManyPieces() : null;
            at += open;
            rest = text.AsSpan(at);
            if (rest.StartsWith("</"))
            {
                at = After(text, at, ">");
                if (at < 0 || --depth < 0)
                    return null;
                continue;
            }

            pieces++;
            if (rest.StartsWith("<!--"))
                at = After(text, at + "<!--".Length, "-->");
            else if (rest.StartsWith("<![CDATA["))
                at = After(text, at, "]]>");
            else if (rest.StartsWith("<?"))
                at = After(text, at, "?>");
            else if (rest.StartsWith("<!"))
                return null;
            else
            {
                if (depth >= depthMax)
                    return SoapRefusal.Invalid($"The message is nested deeper than {depthMax} elements.");
                if (depth > 0 && ++counts[depth - 1] > ChildrenMax)
                    return TooMany(text, names[depth - 1], ChildrenMax, "child elements");
                var name = at + 1;
                at = AfterTag(text, name, out var attributes, out var references);
                if (attributes > AttributesMax)
                    return TooMany(text, name, AttributesMax, "attributes");
                pieces += attributes + references;
                if (isRootOnly)
                    return pieces > PiecesMax ? TooManyPieces() : null;
                if (at > 0 && text[at - 2] != '/')
                {
                    (names[depth], counts[depth]) = (name, 0);
                    depth++;
                }
            }

            if (pieces > PiecesMax)
                return TooManyPieces();
            if (at < 0)
                return null;
        }
    }

    // Each attribute has one pair of quotes. Inside them '>' is text. Counting ends one attribute beyond the limit.
    private static int AfterTag(string text, int at, out int attributes, out int references)
    {
        (attributes, references) = (0, 0);
        while (attributes <= AttributesMax)
        {
            var next = text.AsSpan(at).IndexOfAny('"', '\'', '>');
            if (next < 0)
                return -1;
            at += next;
            if (text[at] == '>')
                return at + 1;
            attributes++;
            var value = text.AsSpan(at + 1);
            var length = value.IndexOf(text[at]);
            references += ReferencesIn(length < 0 ? value : value[..length]);
            if (length < 0)
                return -1;
            at += length + 2;
        }

        return at;
    }

    // A reference to a character costs the parser as much as a tag.
    private static int ReferencesIn(ReadOnlySpan<char> text) => text.Count('&');

    private static int After(string text, int from, ReadOnlySpan<char> end)
    {
        var at = text.AsSpan(from).IndexOf(end);
        return at < 0 ? -1 : from + at + end.Length;
    }

    private static SoapRefusal TooMany(string text, int name, int most, string what)
    {
        var rest = text.AsSpan(name);
        var length = rest.IndexOfAny(s_nameEnds);
        var qualified = length < 0 ? rest : rest[..length];
        var local = qualified[(qualified.IndexOf(':') + 1)..].ToString();
        return SoapRefusal.Invalid($"{SoapRefusal.Quoted(local)} has more than {most} {what}.", local);
    }

    private static SoapRefusal TooManyPieces() => SoapRefusal.Invalid(
        $"The message has more than {PiecesMax} elements, attributes, references, comments and the like.");
}
