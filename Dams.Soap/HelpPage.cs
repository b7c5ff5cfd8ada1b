using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>
/// The page that a browser gets at a service's address: the service, its WSDL, and for each operation a request, its answer and a line for
/// the shell. Further pages stand beside it. They load nothing and run no script, and their policy forbids both.
/// </summary>
internal static class HelpPage
{
    private static readonly string s_style = ReadStyle();

    /// <summary>The content security policy of the pages.</summary>
    private static readonly string s_policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(s_style)))}'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The page that the query names, or else the help page. Sets the headers of the response.</summary>
    public static byte[] Answer(HttpContext http, SoapContract contract, SoapServiceOptions options, string address)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = s_policy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        var page = options.Pages.FirstOrDefault(page => http.Request.Query.ContainsKey(page.Key));
        return page is null ? Render(contract, options, address) : Render(contract, options, page);
    }

    private static byte[] Render(SoapContract contract, SoapServiceOptions options, string address)
    {
        var page = Begin(contract, options, contract.Wsdl.ServiceName);
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Encoded(contract.Wsdl.ServiceName)}</h1>\n");
        foreach (var paragraph in contract.Wsdl.Documentation.Split('\n'))
            page.Append(CultureInfo.InvariantCulture, $"<p>{Encoded(paragraph)}</p>\n");
        var url = Encoded(address);
        page.Append(CultureInfo.InvariantCulture, $"<p>WSDL: <a href=\"{url}?wsdl\">{url}?wsdl</a></p>\n");
        var versions = contract.Wsdl.Versions;
        if (versions.Count > 1)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <p>For clients that read one SOAP version only:
                <a href="{url}?wsdl&amp;soap=1.1">{url}?wsdl&amp;soap=1.1</a></p>

                """);
        }

        page.Append("<p>Operations:");
        foreach (var operation in contract.Operations)
            page.Append(CultureInfo.InvariantCulture, $" <a href=\"#{operation.Name}\">{operation.Name}</a>");
        page.Append("</p>\n");
        foreach (var operation in contract.Operations)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <section>
                <h2 id="{operation.Name}">{operation.Name}</h2>
                <p>{Encoded(operation.Documentation)}</p>

                """);
            foreach (var version in versions)
                AppendSamples(page, new SampleMessages(contract, options, version), version, operation, address);
            page.Append("</section>\n");
        }

        AppendFault(page, contract, options, versions);
        page.Append(CultureInfo.InvariantCulture, $"<p>SOAP host: {Encoded(SoapHost.Name)}</p>\n");
        return End(page);
    }

    private static byte[] Render(SoapContract contract, SoapServiceOptions options, SoapPage content) =>
        End(Begin(contract, options, content.Title).Append("<main>\n").Append(content.Html()).Append("</main>\n"));

    private static void AppendSamples(
        StringBuilder page, SampleMessages samples, SoapVersion version, SoapOperation operation, string address)
    {
        // Most people need the first version only.
        page.Append(CultureInfo.InvariantCulture, $"""
            <details{(version == SoapVersion.Soap11 ? " open" : "")}>
            <summary>{version.Name}</summary>
            <div class="pair">
            <figure><figcaption>Request</figcaption>
            <pre class="request">{Encoded(samples.Headers(operation, address) + "\n" + samples.Request(operation))}</pre></figure>

            """);
        if (samples.Answer(operation) is { } answer)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <figure><figcaption>Answer</figcaption>
                <pre class="answer">{Encoded(answer)}</pre></figure>

                """);
        }

        page.Append(CultureInfo.InvariantCulture, $"""
            </div>
            <figure><figcaption>The same in a shell; a click selects the line</figcaption>
            <pre class="curl">{Encoded(samples.Curl(operation, address))}</pre></figure>
            </details>

            """);
    }

    private static void AppendFault(
        StringBuilder page, SoapContract contract, SoapServiceOptions options, IReadOnlyList<SoapVersion> versions)
    {
        var operation = contract.Operations.FirstOrDefault(each => each.Parameters.Any(parameter => !parameter.IsOptional));
        var missing = operation?.Parameters.First(parameter => !parameter.IsOptional).Name;
        if (operation is null || missing is null)
            return;
        var faults = versions.Select(version => (version, Text: new SampleMessages(contract, options, version).Fault(operation, missing)))
            .Where(fault => fault.Text is not null)
            .ToList();
        if (faults.Count == 0)
            return;
        page.Append(CultureInfo.InvariantCulture, $"""
            <section>
            <h2 id="faults">A fault</h2>
            <p>{operation.Name} without {missing} gets this answer, with HTTP status 500.</p>
            <div class="pair">

            """);
        foreach (var (version, text) in faults)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <figure><figcaption>{version.Name}</figcaption>
                <pre class="fault">{Encoded(text!)}</pre></figure>

                """);
        }

        page.Append("</div>\n</section>\n");
    }

    private static StringBuilder Begin(SoapContract contract, SoapServiceOptions options, string title)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Encoded(title)}</title>
            <style>{s_style}</style>
            </head>
            <body>
            <nav><a href="?">{Encoded(contract.Wsdl.ServiceName)}</a>
            """);
        foreach (var other in options.Pages)
            page.Append(CultureInfo.InvariantCulture, $" <a href=\"?{Encoded(other.Key)}\">{Encoded(other.Title)}</a>");
        return page.Append(" <a href=\"?wsdl\">WSDL</a></nav>\n");
    }

    private static byte[] End(StringBuilder page) =>
        Encoding.UTF8.GetBytes(page.Append("</body>\n</html>\n").ToString());

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    // Browsers hash the parsed text, and parsing turns every line end into a single line feed.
    private static string ReadStyle()
    {
        using var stream = typeof(HelpPage).Assembly.GetManifestResourceStream("Dams.Soap.help.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
