using System.Net;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dams.Hosting.Lab;

/// <summary>
/// Orders as HTTP: an order is a POST of JSON, one of a fault to <c>/lab/{fault}</c>, and its answer is a sentence. Only JSON is taken, which a page in a browser can't send to
/// another site without asking, and only under this machine's own name: a page may have pointed one of its own here, and then it would not have to ask.
/// </summary>
public static class FaultEndpoints
{
    /// <summary>The path of the lab.</summary>
    public const string Path = "/lab";

    /// <summary>Serves one fault, as <see cref="MapOrder"/> does.</summary>
    public static void MapFault<T>(this IEndpointRouteBuilder web, string fault, JsonTypeInfo<T> json, T sample, Func<T, CancellationToken, Task<string>> apply)
        where T : class => web.MapOrder($"{Path}/{fault}", json, sample, apply);

    /// <summary>Serves one kind of order.</summary>
    /// <param name="web">The server.</param>
    /// <param name="path">Where.</param>
    /// <param name="json">How the order is written.</param>
    /// <param name="sample">An order that is right, for messages.</param>
    /// <param name="apply">Does it, and says what was done; throws <see cref="FaultRefusedException"/> for what can't be.</param>
    public static void MapOrder<T>(this IEndpointRouteBuilder web, string path, JsonTypeInfo<T> json, T sample, Func<T, CancellationToken, Task<string>> apply)
        where T : class =>
        web.MapPost(path, async http =>
        {
            try
            {
                RequireOrder(http, $"{http.Request.Path} takes {Expected(json, sample)}");
                var order = await ReadAsync(http, json, sample);
                await SayAsync(http, StatusCodes.Status200OK, await apply(order, http.RequestAborted));
            }
            catch (FaultRefusedException refused)
            {
                await SayAsync(http, refused.Status, refused.Message);
            }
        });

    /// <summary>
    /// Serves an order that is all in its path and query: its body is not looked at, but it is said to be JSON, for the reason above. Nobody who only repeats what somebody
    /// else has posted says that, either.
    /// </summary>
    public static void MapBareOrder(this IEndpointRouteBuilder web, string path, RequestDelegate apply) =>
        web.MapPost(path, async http =>
        {
            try
            {
                RequireOrder(http, "the body may be empty");
            }
            catch (FaultRefusedException refused)
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

    private static string Expected<T>(JsonTypeInfo<T> json, T sample) => $"JSON such as {JsonSerializer.Serialize(sample, json).ReplaceLineEndings(" ")}";

    private static void RequireOrder(HttpContext http, string taken)
    {
        if (!IsOwn(http.Request.Host.Host, http.Connection.LocalIpAddress))
            throw FaultRefusedException.WrongHost(http.Request.Host.Value ?? "", "127.0.0.1, [::1], localhost, or the address that is listened at");
        if (!http.Request.HasJsonContentType())
            throw FaultRefusedException.WrongType(http.Request.ContentType ?? "", $"{MediaTypeNames.Application.Json}; {taken}");
    }

    private static bool IsOwn(string host, IPAddress? listens) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && (IPAddress.IsLoopback(address) || address.Equals(listens)));

    private static async Task<T> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> json, T sample)
        where T : class
    {
        var expected = Expected(json, sample);
        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, json, http.RequestAborted)
                ?? throw FaultRefusedException.Wrong("the body", "null", expected);
        }
        catch (JsonException problem)
        {
            throw FaultRefusedException.Wrong("the body", problem.Path ?? "not JSON", $"{expected} ({problem.Message})");
        }
    }
}
