using System.Buffers;
using System.Text;

namespace Dams.Soap;

/// <summary>
/// Turns the bytes of a request into text: UTF-8 or UTF-16, and Latin-1 for services that accept it. A byte order mark decides first. XML
/// has no zero character, so a zero among the first two bytes then tells UTF-16 from all others. For the others, the charset of the
/// content type counts, and without one the XML declaration (RFC 7303, section 3). A charset or declaration of UTF-16 over other bytes
/// can't be true; it comes from programs that write XML into a string first, as .NET's StringWriter does, and the bytes are UTF-8.
/// </summary>
internal static class RequestText
{
    // A declaration has no more characters than this, unless it is padded.
    private const int DeclarationBytesMax = 256;
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding s_utf16Little = new(bigEndian: false, false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding s_utf16Big = new(bigEndian: true, false, throwOnInvalidBytes: true);
    private static readonly Encoding s_latin9 = CodePage(28605);
    private static readonly Encoding s_windows1252 = CodePage(1252);

    /// <summary>Whether this host supports the charset of a content type. Other charsets are answered with status 415.</summary>
    public static bool IsSupported(string charset, bool acceptsLatin1) => charset.Length == 0 || Find(charset, acceptsLatin1) is not null;

    /// <summary>The supported encodings, for messages.</summary>
    public static string Supported(bool acceptsLatin1) => acceptsLatin1 ? "UTF-8, UTF-16 or ISO-8859-1" : "UTF-8 or UTF-16";

    /// <summary>Decodes a body. Returns null and the text, or the refusal.</summary>
    /// <param name="body">The bytes of the message.</param>
    /// <param name="charset">The charset of the content type in lower case, or an empty string.</param>
    /// <param name="acceptsLatin1">Whether ISO-8859-1 and its relatives are accepted.</param>
    /// <param name="text">The text without a byte order mark.</param>
    public static SoapRefusal? Decode(in ReadOnlySequence<byte> body, string charset, bool acceptsLatin1, out string text)
    {
        if (body.IsSingleSegment)
            return Decode(body.FirstSpan, charset, acceptsLatin1, out text);
        var rented = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            body.CopyTo(rented);
            return Decode(rented.AsSpan(0, (int)body.Length), charset, acceptsLatin1, out text);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static SoapRefusal? Decode(ReadOnlySpan<byte> body, string charset, bool acceptsLatin1, out string text)
    {
        text = "";
        var (encoding, skip) = EncodingOfBytes(body);
        if (encoding is null)
        {
            var name = charset.Length > 0 ? charset : DeclaredEncoding(body);
            encoding = name is null ? s_utf8 : Find(name, acceptsLatin1);
            if (encoding is null)
                return SoapRefusal.Invalid($"The encoding '{name}' is not supported. Send {Supported(acceptsLatin1)}.");
        }

        try
        {
            text = encoding.GetString(body[skip..]);
            return null;
        }
        catch (DecoderFallbackException e)
        {
            return SoapRefusal.Invalid(
                $"The message is not valid {encoding.WebName} at byte {e.Index + skip}. "
                + "Send UTF-8, with charset=utf-8 in the content type.");
        }
    }

    private static (Encoding? Encoding, int Skip) EncodingOfBytes(ReadOnlySpan<byte> body) => body switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (s_utf8, 3),
        [0xFF, 0xFE, ..] => (s_utf16Little, 2),
        [0xFE, 0xFF, ..] => (s_utf16Big, 2),
        [not 0, 0, ..] => (s_utf16Little, 0),
        [0, not 0, ..] => (s_utf16Big, 0),
        _ => (null, 0),
    };

    // The encoding of bytes that are not UTF-16, by a name that charsets and declarations use; null if it is not supported.
    private static Encoding? Find(string name, bool acceptsLatin1) => name switch
    {
        "utf-8" or "utf8" or "utf_8" or "us-ascii" or "ascii" => s_utf8,
        "utf-16" or "utf16" or "utf_16" or "utf-16le" or "utf-16be" or "ucs-2" or "iso-10646-ucs-2" or "unicode" => s_utf8,
        "iso-8859-1" or "iso8859-1" or "iso8859_1" or "iso_8859-1" or "latin1" or "latin-1" or "l1" when acceptsLatin1 => Encoding.Latin1,
        "iso-8859-15" or "iso8859-15" or "iso8859_15" or "iso_8859-15" or "latin-9" when acceptsLatin1 => s_latin9,
        "windows-1252" or "cp1252" or "cp-1252" when acceptsLatin1 => s_windows1252,
        _ => null,
    };

    private static string? DeclaredEncoding(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("<?xml"u8))
            return null;
        var text = Encoding.Latin1.GetString(body[..Math.Min(body.Length, DeclarationBytesMax)]);
        var end = text.IndexOf("?>", StringComparison.Ordinal);
        var at = end < 0 ? -1 : text.IndexOf("encoding", 0, end, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var open = text.IndexOfAny(['"', '\''], at, end - at);
        var close = open < 0 ? -1 : text.IndexOf(text[open], open + 1, end - open - 1);
        return close < 0 ? null : text[(open + 1)..close].ToLowerInvariant();
    }

    // Bytes that the code page leaves open are an error there, not question marks.
    private static Encoding CodePage(int number) => CodePagesEncodingProvider.Instance.GetEncoding(
        number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;
}
