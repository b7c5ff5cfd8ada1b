using System.Security.Cryptography;
using System.Text;
using Dams.FrontEnd.Events;
using Microsoft.AspNetCore.Http;

namespace Dams.FrontEnd.Page;

/// <summary>
/// The page at <c>/</c>: one document, made of three embedded files when the process starts. It loads nothing from elsewhere. Its policy
/// allows only its own script and style, by their hashes. So a text of the cluster stays text, whatever it contains.
/// </summary>
internal static class StatusPage
{
    private const string Folder = "Dams.FrontEnd.Page.";

    private static readonly string s_script = Read("page.js");
    private static readonly string s_style = Read("page.css");
    private static readonly byte[] s_document = Encoding.UTF8.GetBytes(Read("page.html")
        .Replace("{{kinds}}", string.Join(' ', ClusterEventKindNames.All), StringComparison.Ordinal)
        .Replace("{{style}}", s_style, StringComparison.Ordinal)
        .Replace("{{script}}", s_script, StringComparison.Ordinal));

    /// <summary>The content security policy of the page.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; script-src {HashOf(s_script)}; style-src {HashOf(s_style)}; connect-src 'self'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Serves the page.</summary>
    public static async Task ServeAsync(HttpContext http)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = s_document.Length;
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.ContentSecurityPolicy = Policy;
        await http.Response.Body.WriteAsync(s_document, http.RequestAborted);
    }

    private static string HashOf(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    // Browsers hash the parsed text, and parsing turns every line end into a single line feed.
    private static string Read(string name)
    {
        using var stream = typeof(StatusPage).Assembly.GetManifestResourceStream(Folder + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
