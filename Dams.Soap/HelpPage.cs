using System.Globalization;
using System.Net;
using System.Text;

namespace Dams.Soap;

/// <summary>The page that a browser gets at a service's address: the service, its WSDL, and a sample request for each operation.</summary>
internal static class HelpPage
{
    private const string Style =
        "body { font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em } "
        + "pre { background: #f3f3f3; padding: 1em; overflow: auto }";

    public static byte[] Render(SoapContract contract, SoapServiceOptions options, string address)
    {
        var page = new StringBuilder();
        var name = WebUtility.HtmlEncode(contract.Wsdl.ServiceName);
        var url = WebUtility.HtmlEncode(address);
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>{name}</title>
            <style>{Style}</style>
            </head>
            <body>
            <h1>{name}</h1>
            <p>{WebUtility.HtmlEncode(contract.Wsdl.Documentation)}</p>
            <p>WSDL: <a href="{url}?wsdl">{url}?wsdl</a>;
            for clients that read one SOAP version only: <a href="{url}?wsdl&amp;soap=1.1">{url}?wsdl&amp;soap=1.1</a></p>

            """);
        foreach (var operation in contract.Operations)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <h2 id="{operation.Name}">{operation.Name}</h2>
                <p>{WebUtility.HtmlEncode(operation.Documentation)}</p>
                <pre>{WebUtility.HtmlEncode(SampleRequest(operation, options, address))}</pre>

                """);
        }

        page.Append(CultureInfo.InvariantCulture, $"<p>SOAP host: {WebUtility.HtmlEncode(SoapHost.Name)}</p>\n");
        page.Append("</body>\n</html>\n");
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static string SampleRequest(SoapOperation operation, SoapServiceOptions options, string address)
    {
        var uri = new Uri(address);
        var isRpc = operation.ParameterNamespace.Length == 0;
        var sample = new StringBuilder();
        sample.Append(CultureInfo.InvariantCulture, $"""
            POST {uri.AbsolutePath} HTTP/1.1
            Host: {uri.Authority}
            Content-Type: text/xml; charset=utf-8
            SOAPAction: "{operation.Action}"

            <s:Envelope xmlns:s="{SoapVersion.Soap11.Namespace}">
              <s:Body>
                <{(isRpc ? "m:" : "")}{operation.Name} xmlns{(isRpc ? ":m" : "")}="{operation.Namespace}">

            """);
        foreach (var parameter in operation.Parameters.Where(parameter => !parameter.IsOptional))
        {
            var value = WebUtility.HtmlEncode(options.SampleValues.GetValueOrDefault(parameter.Name, parameter.Sample));
            sample.Append(CultureInfo.InvariantCulture, $"      <{parameter.Name}>{value}</{parameter.Name}>\n");
        }

        sample.Append(CultureInfo.InvariantCulture, $"""
                </{(isRpc ? "m:" : "")}{operation.Name}>
              </s:Body>
            </s:Envelope>
            """);
        return sample.ToString();
    }
}
