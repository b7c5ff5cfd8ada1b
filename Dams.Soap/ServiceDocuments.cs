using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>The documents that a service answers to GET: its WSDL, and a help page for people. Used by many threads.</summary>
internal sealed class ServiceDocuments(SoapContract contract, SoapServiceOptions options, ServiceAddress address)
{
    public Task AnswerAsync(HttpContext http)
    {
        var query = http.Request.Query;
        if (query.ContainsKey("wsdl") || query.ContainsKey("singleWsdl"))
            return AnswerWsdlAsync(http, query["soap"].FirstOrDefault() ?? "");
        return query.ContainsKey("xsd")
            ? PlainText.AnswerAsync(
                http, StatusCodes.Status404NotFound, "There is no separate schema: the WSDL contains it. Get it with ?wsdl.")
            : SendAsync(http, HelpPage.Answer(http, contract, options, address.Of(http)));
    }

    private Task AnswerWsdlAsync(HttpContext http, string soap)
    {
        var only = soap switch
        {
            "1.1" => SoapVersion.Soap11,
            "1.2" => SoapVersion.Soap12,
            _ => null,
        };
        if (only is null && soap.Length > 0)
        {
            return PlainText.AnswerAsync(
                http,
                StatusCodes.Status400BadRequest,
                "The query's soap is no version: use soap=1.1 or soap=1.2, or leave it out for a WSDL with both.");
        }

        return only is not null && !contract.Wsdl.Versions.Contains(only)
            ? PlainText.AnswerAsync(
                http,
                StatusCodes.Status404NotFound,
                $"{contract.Wsdl.ServiceName} has no port for {only.Name} in its WSDL. Get the WSDL with ?wsdl.")
            : SendWsdlAsync(http, only);
    }

    private Task SendWsdlAsync(HttpContext http, SoapVersion? only)
    {
        http.Response.ContentType = "text/xml; charset=utf-8";
        return SendAsync(http, contract.Wsdl.Render(address.Of(http), only));
    }

    private static async Task SendAsync(HttpContext http, byte[] page)
    {
        http.Response.ContentLength = page.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(page, http.RequestAborted).ConfigureAwait(false);
    }
}
