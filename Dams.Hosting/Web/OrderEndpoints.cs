using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dams.Hosting.Web;

/// <summary>
/// Takes orders over HTTP. An order is a POST of JSON, and its answer is a sentence. Only JSON is accepted, because a page in a browser
/// can't send it to another site without asking that site first. Only orders from this machine that carry the token of the data folder
/// are accepted (<see cref="OrderToken"/>).
/// </summary>
public static class OrderEndpoints
{
    /// <summary>Serves one kind of order.</summary>
    /// <param name="web">The server to which the path is added.</param>
    /// <param name="path">The path of the order.</param>
    /// <param name="token">The secret that the order must carry.</param>
    /// <param name="json">The JSON form of the order.</param>
    /// <param name="sample">A valid order, as an example in error messages.</param>
    /// <param name="apply">
    /// Carries out the order, and returns a sentence that says what was done. Throws <see cref="OrderRefusedException"/> if it can't.
    /// </param>
    public static void MapOrder<T>(
        this IEndpointRouteBuilder web, string path, OrderToken token, JsonTypeInfo<T> json, T sample,
        Func<T, CancellationToken, Task<string>> apply)
        where T : class =>
        web.MapPost(path, async http =>
        {
            try
            {
                RequireOrder(http, token, $"{http.Request.Path} takes {Expected(json, sample)}");
                var order = await ReadAsync(http, json, sample);
                await SayAsync(http, StatusCodes.Status200OK, await apply(order, http.RequestAborted));
            }
            catch (OrderRefusedException refused)
            {
                await SayAsync(http, refused.Status, refused.Message);
            }
        });

    /// <summary>
    /// Serves an order that is entirely in its path and query. Its body is ignored, but its content type must be JSON, for the reason
    /// above. A client that only repeats another request here, as after a redirection, does not send that type, either.
    /// </summary>
    public static void MapBareOrder(this IEndpointRouteBuilder web, string path, OrderToken token, RequestDelegate apply) =>
        web.MapPost(path, async http =>
        {
            try
            {
                RequireOrder(http, token, "the body may be empty");
            }
            catch (OrderRefusedException refused)
            {
                await SayAsync(http, refused.Status, refused.Message);
                return;
            }

            await apply(http);
        });

    /// <summary>Answers with a sentence.</summary>
    public static Task SayAsync(HttpContext http, int status, string sentence)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(sentence + "\n", http.RequestAborted);
    }

    /// <summary>Answers with JSON.</summary>
    public static Task SayAsync<T>(HttpContext http, T value, JsonTypeInfo<T> json)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        return JsonSerializer.SerializeAsync(http.Response.Body, value, json, http.RequestAborted);
    }

    private static string Expected<T>(JsonTypeInfo<T> json, T sample) =>
        $"JSON such as {JsonSerializer.Serialize(sample, json).ReplaceLineEndings(" ")}";

    private static void RequireOrder(HttpContext http, OrderToken token, string taken)
    {
        if (!http.Request.HasJsonContentType())
            throw OrderRefusedException.WrongType(http.Request.ContentType ?? "", $"{MediaTypeNames.Application.Json}; {taken}");
        token.Require(http);
    }

    private static async Task<T> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> json, T sample)
        where T : class
    {
        var expected = Expected(json, sample);
        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, json, http.RequestAborted)
                ?? throw OrderRefusedException.Wrong("the body", "null", expected);
        }
        catch (InvalidOperationException problem)
        {
            // Kestrel's answer to a trailer with a character that no header has. The server would report the rest as an error.
            http.Abort();
            throw new ConnectionAbortedException(problem.Message, problem);
        }
        catch (JsonException problem)
        {
            throw OrderRefusedException.Wrong("the body", problem.Path ?? "not JSON", $"{expected} ({problem.Message})");
        }
    }
}
