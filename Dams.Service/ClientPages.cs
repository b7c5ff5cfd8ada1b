using System.Text;
using Dams.Soap;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Dams.Service;

/// <summary>
/// The pages of the docs that a service shows to people who write clients. A running service can't link to the repository, so it carries
/// them. Links between them lead from one to another; links to other files become plain text.
/// </summary>
internal static class ClientPages
{
    private static readonly MarkdownPipeline s_pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).DisableHtml().Build();

    /// <summary>The pages, in the order of the links to them.</summary>
    public static IReadOnlyList<SoapPage> All { get; } =
    [
        .. from page in new[] { (Key: "api", Title: "API"), (Key: "clients", Title: "Clients"), (Key: "domain", Title: "Rules") }
           let resource = $"{typeof(ClientPages).Namespace}.{page.Key.ToUpperInvariant()}.md"
           where typeof(ClientPages).Assembly.GetManifestResourceInfo(resource) is not null
           let html = new Lazy<string>(() => Render(Read(resource)))
           select new SoapPage(page.Key, page.Title, () => html.Value),
    ];

    private static string Render(string markdown)
    {
        var document = Markdown.Parse(markdown, s_pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            if (link.IsImage || !TryRewrite(link.Url ?? "", out var url))
                link.ReplaceBy(new ContainerInline(), copyChildren: true);
            else
                link.Url = url;
        }

        // A bar in a table is escaped, in code as well. The parser leaves the escape in code as it is.
        foreach (var code in document.Descendants<Table>().SelectMany(table => table.Descendants<CodeInline>()))
            code.Content = code.Content.Replace("\\|", "|", StringComparison.Ordinal);
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        s_pipeline.Setup(renderer);
        renderer.Render(document);
        return writer.ToString();
    }

    private static bool TryRewrite(string url, out string rewritten)
    {
        rewritten = url;
        if (url.StartsWith('#') || Uri.TryCreate(url, UriKind.Absolute, out _))
            return true;
        var (file, anchor) = url.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? (url[..at], url[at..]) : (url, "");
        if (All.FirstOrDefault(page => file.Equals(page.Key + ".md", StringComparison.OrdinalIgnoreCase)) is not { } page)
            return false;
        rewritten = $"?{page.Key}{anchor}";
        return true;
    }

    private static string Read(string resource)
    {
        using var stream = typeof(ClientPages).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
