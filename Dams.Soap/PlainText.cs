using System.Text;
using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>Answers that are no SOAP messages: one line of text for people.</summary>
internal static class PlainText
{
    public static async Task AnswerAsync(HttpContext http, int status, string line)
    {
        var text = Encoding.UTF8.GetBytes(line + "\n");
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        // The line may repeat what the client sent. A browser must not take that for anything else than text.
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.ContentLength = text.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(text, http.RequestAborted).ConfigureAwait(false);
    }
}
