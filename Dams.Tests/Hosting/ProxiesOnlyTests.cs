using System.Net;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Hosting;

/// <summary>A front end that speaks plain HTTP behind a proxy.</summary>
internal sealed class ProxiesOnlyTests
{
    [TestCase("10.1.2.3", HttpStatusCode.OK)]
    [TestCase("::ffff:10.1.2.3", HttpStatusCode.OK)]
    [TestCase("127.0.0.1", HttpStatusCode.OK)]
    [TestCase("::1", HttpStatusCode.OK)]
    [TestCase("10.2.2.3", HttpStatusCode.Forbidden)]
    [TestCase("fd00::1", HttpStatusCode.Forbidden)]
    public async Task Only_its_proxy_and_its_own_machine_are_answered(string client, HttpStatusCode expected)
    {
        using var folder = new TestFolder();
        var listen = new NodeAddress(folder.Address, 8080);
        var builder = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), listen);
        // A test can't connect from other machines, so the address is replaced.
        builder.Services.AddSingleton<IStartupFilter>(new From(IPAddress.Parse(client)));
        builder.AnswerProxiesOnly([System.Net.IPNetwork.Parse("10.1.0.0/16")]);
        await using var web = builder.Build();
        web.MapGet("/", http => http.Response.WriteAsync("hello"));
        await web.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://{listen}/"));
        Assert.That(answer.StatusCode, Is.EqualTo(expected));
    }

    private sealed class From(IPAddress client) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
        {
            web.Use((http, rest) =>
            {
                http.Connection.RemoteIpAddress = client;
                return rest(http);
            });
            next(web);
        };
    }
}
