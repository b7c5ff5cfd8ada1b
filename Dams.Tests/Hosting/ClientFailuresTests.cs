using System.Text.Json.Serialization;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Tests.Soap.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Hosting;

/// <summary>
/// Orders whose bodies don't arrive, at a server as each process has it. The log must not take them for errors of the program.
/// </summary>
public sealed partial class ClientFailuresTests
{
    private static readonly TimeSpan s_logPatience = TimeSpan.FromSeconds(10);
    private readonly FakeLogger _log = new();
    private TestFolder _folder = null!;
    private OrderToken _token = null!;
    private WebApplication _web = null!;
    private Uri _address = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TestFolder();
        _token = OrderToken.LoadOrCreate(_folder.Path);
        _log.Collector.Clear();
        _web = NodeWeb.CreateBuilder(_log.ToFactory(), new ClusterLimits(), new NodeAddress(_folder.Address, 0)).Build();
        _web.MapOrder("/order", _token, OrderJson.Default.Order, new Order(1), (order, _) => Task.FromResult($"got {order.Number}"));
        _web.MapBareOrder("/bare", _token, http => OrderEndpoints.SayAsync(http, StatusCodes.Status200OK, "done"));
        await _web.StartAsync();
        _address = new Uri(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    [TearDown]
    public async Task TearDown()
    {
        await _web.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("Transfer-Encoding: chunked", "zz\r\n", 400)]
    [TestCase("Transfer-Encoding: chunked", "3\r\n{ }\r\n0\r\nno trailer\r\n\r\n", 400)]
    [TestCase("Content-Length: 300000", "", 413)]
    public async Task An_order_whose_body_does_not_arrive_is_refused_with_the_reason(string header, string body, int status)
    {
        using var raw = await RawHttp.ConnectAsync(_address);
        await raw.SendAsync(Head("/order", header) + body);
        var answer = await raw.ReadAsync();
        Assert.That((answer.Status, answer.IsClosing), Is.EqualTo((status, true)), answer.Body);
        Assert.That(answer.Body, Does.StartWith("The request was not received: "));
        AssertQuiet(1);
    }

    [Test]
    public async Task An_order_that_is_too_long_in_chunks_is_refused_with_the_reason()
    {
        using var raw = await RawHttp.ConnectAsync(_address);
        await raw.SendAsync(Head("/order", "Transfer-Encoding: chunked") + $"493e0\r\n\"{new string('a', 299_998)}\"\r\n0\r\n\r\n");
        var answer = await raw.ReadAsync();
        Assert.That(answer.Status, Is.EqualTo(413), answer.Body);
        AssertQuiet(1);
    }

    [Test]
    public async Task An_order_whose_trailer_has_a_zero_ends_the_connection_without_an_error()
    {
        using var raw = await RawHttp.ConnectAsync(_address);
        await raw.SendAsync(Head("/order", "Transfer-Encoding: chunked") + "3\r\n{ }\r\n0\r\na: b\0c\r\n\r\n");
        Assert.That(await raw.IsEndedAsync(), Is.True);
        AssertQuiet(1);
    }

    [TestCase("/order", 1)]
    [TestCase("/bare", 0)]
    public async Task The_end_of_what_a_client_sends_ends_the_connection_without_an_error(string path, int lines)
    {
        using var raw = await RawHttp.ConnectAsync(_address);
        await raw.SendAsync(Head(path, "Content-Length: 99") + "{");
        raw.EndSending();
        while (!await raw.IsEndedAsync())
            await raw.ReadAsync();
        await Eventually.IsTrueAsync(() => Own().Count >= lines);
        AssertQuiet(lines);
    }

    [Test]
    public async Task A_reset_in_the_middle_of_an_order_is_one_line_at_debug()
    {
        using (var raw = await RawHttp.ConnectAsync(_address))
        {
            await raw.SendAsync(Head("/order", "Content-Length: 99\r\nExpect: 100-continue"));
            Assert.That((await raw.ReadAsync()).Status, Is.EqualTo(100));
            await raw.SendAsync("{");
            raw.Reset();
        }

        await Eventually.IsTrueAsync(() => Own().Count > 0);
        AssertQuiet(1);
    }

    [TestCase("Transfer-Encoding: chunked", "zz\r\n")]
    [TestCase("Content-Length: 300000", "")]
    public async Task An_order_that_ignores_its_body_does_not_mind_a_broken_one(string header, string body)
    {
        using (var raw = await RawHttp.ConnectAsync(_address))
        {
            await raw.SendAsync(Head("/bare", header) + body);
            Assert.That((await raw.ReadAsync()).Status, Is.EqualTo(200));
            Assert.That(await raw.IsEndedAsync(), Is.True);
        }

        AssertQuiet(0);
    }

    [TestCase("POST", "/bare", 200)]
    [TestCase("POST", "/nowhere", 404)]
    [TestCase("GET", "/order", 405)]
    public async Task A_trailer_with_a_zero_that_nobody_reads_ends_the_connection_without_an_error(string method, string path, int status)
    {
        using (var raw = await RawHttp.ConnectAsync(_address))
        {
            await raw.SendAsync(Head(path, "Transfer-Encoding: chunked").Replace("POST", method, StringComparison.Ordinal) + "1\r\n{\r\n");
            Assert.That((await raw.ReadAsync()).Status, Is.EqualTo(status));
            await raw.SendAsync("0\r\na: b\0c\r\n\r\n");
            Assert.That(await raw.IsEndedAsync(), Is.True);
        }

        AssertQuiet(1);
    }

    [Test]
    public async Task The_next_request_follows_a_body_in_chunks_that_nobody_reads()
    {
        using var raw = await RawHttp.ConnectAsync(_address);
        var request = Head("/bare", "Transfer-Encoding: chunked") + "3\r\n{ }\r\n0\r\n\r\n";
        await raw.SendAsync(request);
        Assert.That((await raw.ReadAsync()).Status, Is.EqualTo(200));
        await raw.SendAsync(request);
        Assert.That((await raw.ReadAsync()).Status, Is.EqualTo(200));
        AssertQuiet(0);
    }

    [Test]
    public async Task An_error_of_the_program_stays_an_error()
    {
        await using var web = NodeWeb.CreateBuilder(_log.ToFactory(), new ClusterLimits(), new NodeAddress(_folder.Address, 0)).Build();
        web.MapPost("/broken", _ => throw new IOException("no space left on device"));
        await web.StartAsync();
        var address = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        var answer = await RawHttp.ExchangeAsync(address, Head("/broken", "Content-Length: 0"));
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(_log.Lines, Has.Some.StartsWith("Error "));
    }

    private string Head(string path, string headers) =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: {_token.Header}\r\n{headers}\r\n\r\n";

    private List<string> Own() =>
    [
        .. _log.Collector.GetSnapshot()
            .Where(line => line.Category!.StartsWith("Dams.", StringComparison.Ordinal) && line.Level == LogLevel.Debug)
            .Select(line => line.Message),
    ];

    private void AssertQuiet(int lines)
    {
        // A line may come a moment after the connection has ended.
        SpinWait.SpinUntil(() => Own().Count >= lines, s_logPatience);
        var own = Own();
        Assert.That(own, Has.Count.EqualTo(lines), string.Join('\n', own));
        Assert.That(
            _log.Collector.GetSnapshot().Where(line => line.Level >= LogLevel.Warning).Select(line => $"{line.Category}: {line.Message}"),
            Is.Empty);
    }

    internal sealed record Order(int Number);

    [JsonSerializable(typeof(Order))]
    internal sealed partial class OrderJson : JsonSerializerContext;
}
