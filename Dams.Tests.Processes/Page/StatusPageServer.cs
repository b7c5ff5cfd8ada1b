using Dams.FrontEnd.Page;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Browser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;

namespace Dams.Tests.Processes.Page;

/// <summary>
/// The status page of a cluster that a test makes up. The answers may be changed at any time; the page asks once a second.
/// </summary>
internal sealed class StatusPageServer : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly WebApplication _web;

    private StatusPageServer()
    {
        _web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), new NodeAddress(_folder.Address, 8080)).Build();
        _web.MapGet("/", StatusPage.ServeAsync);
        _web.MapGet("/status", http => http.Response.WriteAsync(Status));
        _web.MapGet("/requests", http => http.Response.WriteAsync(Requests));
        _web.MapGet("/events", http =>
        {
            http.Response.ContentType = "text/event-stream";
            return http.Response.WriteAsync(Events(http.Request));
        });
    }

    public string Status { get; set; } = "{}";

    public string Requests { get; set; } = "[]";

    /// <summary>The text of an event stream, which then ends; the page begins another one.</summary>
    public Func<HttpRequest, string> Events { get; set; } = _ => ": nothing happens\n\n";

    public static async Task<StatusPageServer> StartAsync()
    {
        var server = new StatusPageServer();
        await server._web.StartAsync();
        return server;
    }

    /// <summary>Opens the page in a browser.</summary>
    public Task<IPage> OpenAsync(Chromium browser, int width = 1280) =>
        browser.OpenAsync(new Uri($"http://{_folder.Address}:8080/"), width, 1000);

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _folder.Dispose();
    }
}
