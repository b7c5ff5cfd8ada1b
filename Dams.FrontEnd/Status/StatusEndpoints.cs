using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dams.FrontEnd.Access;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Page;
using Dams.FrontEnd.Requests;
using Dams.Ordering.Driver;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dams.FrontEnd.Status;

/// <summary>The HTTP endpoints that show the cluster: JSON for tools, events as they happen, and a page for people.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(
        this IEndpointRouteBuilder web, OperatorPages pages, StatusReporter reporter, ClusterEventStream events, RequestLog requests,
        ProtocolDriver driver)
    {
        web.MapGet("/status", pages.Only(async http =>
            await WriteAsync(http, await reporter.ReportAsync(), StatusJson.Default.ClusterStatus)));
        web.MapGet("/requests", pages.Only(async http =>
        {
            var closed = await driver.InvokeAsync(_ => requests.Read());
            await WriteAsync(http, [.. closed.Select(RequestReport.Of)], RequestJson.Default.IReadOnlyListRequestReport);
        }));
        web.MapGet("/health", pages.Health(async http =>
        {
            var healthy = await reporter.IsHealthyAsync();
            http.Response.StatusCode = healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            await http.Response.WriteAsync(
                healthy ? "two equal replies can be had\n" : "no two equal replies can be had\n", http.RequestAborted);
        }));
        web.MapGet("/events", pages.Only(events.ServeAsync));
        web.MapGet("/", pages.Only(StatusPage.ServeAsync));
    }

    private static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        return JsonSerializer.SerializeAsync(http.Response.Body, value, type, http.RequestAborted);
    }
}
