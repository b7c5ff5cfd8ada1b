using System.Buffers;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Dams.Soap;

/// <summary>
/// Turns the bytes of a request into text: UTF-8 or UTF-16. The byte order mark decides first, then the charset of the content type, then
/// the XML declaration.
/// </summary>
internal static class RequestText
{
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding s_utf16Little = new(bigEndian: false, false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding s_utf16Big = new(bigEndian: true, false, throwOnInvalidBytes: true);

    /// <summary>Whether this host supports the charset of a content type. Other charsets are answered with status 415.</summary>
    public static bool IsSupported(MediaTypeHeaderValue contentType) =>
        CharsetOf(contentType) is "" or "utf-8" or "utf8" or "us-ascii" or "utf-16" or "utf-16le" or "utf-16be";

    public static SoapRefusal? Decode(in ReadOnlySequence<byte> body, MediaTypeHeaderValue contentType, out string text)
    {
        if (body.IsSingleSegment)
            return Decode(body.FirstSpan, contentType, out text);
        var rented = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            body.CopyTo(rented);
            return Decode(rented.AsSpan(0, (int)body.Length), contentType, out text);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static SoapRefusal? Decode(ReadOnlySpan<byte> body, MediaTypeHeaderValue contentType, out string text)
    {
        text = "";
        var charset = CharsetOf(contentType);
        var (encoding, skip) = EncodingOf(body, charset);
        try
        {
            text = encoding.GetString(body[skip..]);
        }
        catch (DecoderFallbackException e)
        {
            return SoapRefusal.Invalid($"The message is not valid {encoding.WebName} at byte {e.Index + skip}.");
        }

        // The XML declaration counts only if there is neither a charset nor a byte order mark (RFC 7303, section 3).
        if (charset.Length == 0 && skip == 0 && DeclaredEncoding(text) is { } declared
            && !(encoding == s_utf8 ? declared is "utf-8" or "us-ascii" : declared.StartsWith("utf-16", StringComparison.Ordinal)))
        {
            return SoapRefusal.Invalid($"The encoding '{declared}' is not supported; send UTF-8 or UTF-16.");
        }

        return null;
    }

    private static (Encoding Encoding, int Skip) EncodingOf(ReadOnlySpan<byte> body, string charset)
    {
        if (body.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            return (s_utf8, 3);
        if (body.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
            return (s_utf16Little, 2);
        if (body.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return (s_utf16Big, 2);

        // Without a byte order mark, '<' tells the byte order of UTF-16 (XML 1.0, appendix F).
        var isLittle = body.StartsWith((ReadOnlySpan<byte>)[(byte)'<', 0]);
        return charset switch
        {
            "utf-16le" => (s_utf16Little, 0),
            "utf-16be" => (s_utf16Big, 0),
            "utf-16" => (isLittle ? s_utf16Little : s_utf16Big, 0),
            "" when isLittle => (s_utf16Little, 0),
            "" when body.StartsWith((ReadOnlySpan<byte>)[0, (byte)'<']) => (s_utf16Big, 0),
            _ => (s_utf8, 0),
        };
    }

    private static string? DeclaredEncoding(string text)
    {
        if (!text.StartsWith("<?xml", StringComparison.Ordinal))
            return null;
        var end = text.IndexOf("?>", StringComparison.Ordinal);
        var at = end < 0 ? -1 : text.IndexOf("encoding", 0, end, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var open = text.IndexOfAny(['"', '\''], at, end - at);
        var close = open < 0 ? -1 : text.IndexOf(text[open], open + 1, end - open - 1);
        return close < 0 ? null : text[(open + 1)..close].ToLowerInvariant();
    }

    private static string CharsetOf(MediaTypeHeaderValue contentType) =>
        contentType.Charset.HasValue ? HeaderUtilities.RemoveQuotes(contentType.Charset).Value!.ToLowerInvariant() : "";
}
