using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dams.Soap;

/// <summary>
/// The content type of a request. The grammar is wider than RFC 9110's, because clients write <c>action</c> without quotes, quotes twice,
/// and semicolons with nothing between them. The type itself is read as browsers read it: all before the first semicolon. A web page
/// of another site may send <c>text/plain</c>, a form, or no type at all without asking, so these are refused.
/// </summary>
/// <param name="Version">The SOAP version that the type stands for, or null if the envelope decides.</param>
/// <param name="Charset">The charset in lower case, or an empty string.</param>
/// <param name="Action">SOAP 1.2's action, or null.</param>
internal sealed partial record RequestMedia(SoapVersion? Version, string Charset, string? Action)
{
    private const string XmlType = "application/xml";
    private const string Accepted = "text/xml; charset=utf-8, application/soap+xml; charset=utf-8, application/xml; charset=utf-8";
    private const string Instead = "Send text/xml for SOAP 1.1, or application/soap+xml for SOAP 1.2.";

    // Enough for any type, too few to serve as a channel.
    private const int EchoLengthMax = 64;

    // Nearly every request has one of these. Reading it anew would take several allocations each time.
    private static readonly FrozenDictionary<string, RequestMedia> s_usual = new[] { SoapVersion.Soap11, SoapVersion.Soap12 }
        .SelectMany(version => new[] { $"{version.MediaType}; charset=utf-8", $"{version.MediaType};charset=utf-8" }
            .Select(type => KeyValuePair.Create(type, new RequestMedia(version, "utf-8", null))))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the headers that say how the body is written. Returns null if the host can read it, else the refusal.</summary>
    public static MediaRefusal? Read(HttpRequest request, SoapServiceOptions options, out RequestMedia media)
    {
        if (request.Headers.ContentType is [{ } only]
            && request.Headers.ContentEncoding.Count == 0
            && s_usual.TryGetValue(only, out media!))
        {
            return null;
        }

        media = new RequestMedia(SoapVersion.Soap11, "", null);
        var contentTypes = Listed(request.Headers.ContentType);
        if (contentTypes.Count == 0)
            return NotAccepted($"The request has no content type. {Instead}");
        if (contentTypes.Count > 1)
            return NotAccepted($"The request has several content types: {string.Join(", ", contentTypes.Select(Echo))}. Send one.");
        var parts = Parts(contentTypes[0]);
        var type = parts[0].Trim().ToLowerInvariant();
        if (type is "multipart/related" or "application/xop+xml")
        {
            return NotAccepted(
                $"The content type {Echo(type)} is not accepted. Turn MTOM and attachments off in the client. {Instead}");
        }

        var version = type == SoapVersion.Soap11.MediaType ? SoapVersion.Soap11
            : type == SoapVersion.Soap12.MediaType ? SoapVersion.Soap12
            : null;
        if (version is null && type != XmlType)
            return NotAccepted($"The content type {Echo(type)} is not accepted. {Instead}");

        var charset = string.Join(", ", Values(parts, "charset")
            .Select(value => value.ToLowerInvariant())
            .Where(value => value.Length > 0)
            .Distinct());
        if (!RequestText.IsSupported(charset, options.AcceptsLatin1))
        {
            return NotAccepted(
                $"The charset {Echo(charset)} is not accepted. Send {RequestText.Supported(options.AcceptsLatin1)}, "
                + "and name it in the content type, as in charset=utf-8.");
        }

        if (ForeignCoding(request.Headers.ContentEncoding) is { } coding)
        {
            return new MediaRefusal(
                $"The content coding {Echo(coding)} is not accepted. Send the message uncompressed, without Content-Encoding.",
                "Accept-Encoding",
                "identity");
        }

        media = new RequestMedia(version, charset, Values(parts, "action").FirstOrDefault());
        return null;

        MediaRefusal NotAccepted(string text) => new(text, "Accept", Accepted);
        string Echo(string value) => $"'{options.CleanText(value, EchoLengthMax)}'";
    }

    // Scripts that set the header twice send "text/xml, text/xml", and some proxies join two headers so. The same type twice is one type.
    private static List<string> Listed(StringValues headers) =>
    [
        .. headers.SelectMany(header => NextType().Split(header ?? ""))
            .Select(type => type.Trim())
            .Where(type => type.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private static string? ForeignCoding(StringValues headers) => headers
        .SelectMany(header => (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase));

    // Splits at the semicolons outside of quotes.
    private static List<string> Parts(string contentType)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < contentType.Length; i++)
        {
            var c = contentType[i];
            if (c == ';' && !isQuoted)
            {
                parts.Add(part.ToString());
                part.Clear();
                continue;
            }

            isQuoted ^= c == '"';
            if (c == '\\' && isQuoted && i + 1 < contentType.Length)
                c = contentType[++i];
            part.Append(c);
        }

        parts.Add(part.ToString());
        return parts;
    }

    private static IEnumerable<string> Values(List<string> parts, string name) =>
        from part in parts.Skip(1)
        let sign = part.IndexOf('=', StringComparison.Ordinal)
        where sign > 0 && part.AsSpan(0, sign).Trim().Equals(name, StringComparison.OrdinalIgnoreCase)
        select part[(sign + 1)..].Trim(' ', '\t', '"', '\'');

    [GeneratedRegex(@",\s*(?=(?:text|application|multipart)/|$)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex NextType();
}
