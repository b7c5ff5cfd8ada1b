using System.Net;
using System.Xml.Linq;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Soap.Http;

/// <summary>Hosts, targets and forwarded headers: which requests are refused, and which address the WSDL and the help page name.</summary>
public sealed class ServiceAddressTests
{
    private static readonly string s_call = SoapMessage.Envelope(SoapMessage.Add);

    [TestCase("a:b")]
    [TestCase("localhost:b")]
    [TestCase("localhost:99999")]
    [TestCase("localhost:0")]
    [TestCase("localhost:")]
    [TestCase("localhost:-1")]
    [TestCase("localhost:8080:8080")]
    [TestCase("localhost: 80")]
    [TestCase("[::1")]
    [TestCase("[::1]x")]
    [TestCase("[127.0.0.1]")]
    [TestCase("::1")]
    [TestCase(":8080")]
    [TestCase("")]
    [TestCase("..")]
    [TestCase("a..b")]
    [TestCase("evil\"><x")]
    [TestCase("a/b")]
    [TestCase("user@localhost")]
    [TestCase("a,b")]
    [TestCase("localhost\r\nHost: localhost")]
    [TestCase("LONG")]
    public async Task A_host_that_is_none_gets_400_from_every_endpoint(string host)
    {
        await using var server = await StartAsync();
        host = host == "LONG" ? new string('a', 5000) : host;
        foreach (var path in new[] { "/AppointmentService", "/AppointmentService?wsdl", "/nothing" })
            Assert.That((await GetAsync(server, path, $"Host: {host}")).Status, Is.EqualTo(400), path);
        var posted = await RawHttp.ExchangeAsync(server.BaseAddress, Post("/AppointmentService", $"Host: {host}"));
        Assert.That(posted.Status, Is.EqualTo(400));
        Assert.That(
            server.Records.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Message), Is.Empty);
    }

    [Test]
    public async Task A_request_without_a_host_is_refused_in_http_11_and_accepted_in_http_10()
    {
        await using var server = await StartAsync();
        Assert.That((await GetAsync(server, "/AppointmentService?wsdl", "X-A: b")).Status, Is.EqualTo(400));
        var old = await RawHttp.ExchangeAsync(server.BaseAddress, "GET /AppointmentService?wsdl HTTP/1.0\r\n\r\n");
        Assert.That((old.Status, LocationOf(old)), Is.EqualTo((200, server.AppointmentService.AbsoluteUri)));
    }

    [TestCase("localhost:80", "http://localhost/AppointmentService")]
    [TestCase("LOCALHOST:8080", "http://localhost:8080/AppointmentService")]
    [TestCase("[::1]:8080", "http://[::1]:8080/AppointmentService")]
    [TestCase("127.0.0.1", "http://127.0.0.1/AppointmentService")]
    [TestCase("dams.example.org", "http://dams.example.org/AppointmentService")]
    [TestCase("[fd00::10]:8080", "http://[fd00::10]:8080/AppointmentService")]
    [TestCase("OWN:81", "http://OWN:81/AppointmentService")]
    public async Task The_documents_name_the_host_of_the_request(string host, string expected)
    {
        await using var server = await StartAsync();
        var own = server.BaseAddress.Host;
        (host, expected) = (host.Replace("OWN", own, StringComparison.Ordinal), expected.Replace("OWN", own, StringComparison.Ordinal));
        Assert.That(LocationOf(await GetAsync(server, "/AppointmentService?wsdl", $"Host: {host}")), Is.EqualTo(expected));
        var page = await GetAsync(server, "/AppointmentService", $"Host: {host}");
        Assert.That(page.Body, Does.Contain($"<a href=\"{expected}?wsdl\">"));
    }

    // Earlier, a page whose name leads to this address by now could book, because it was still on its own site.
    [TestCase("dams_web_1")]
    [TestCase("evil.example.org:8080")]
    [TestCase("127.0.0.1.example.org")]
    [TestCase("192.0.2.1")]
    [TestCase("0.0.0.0:8080")]
    public async Task Under_the_name_of_another_host_nothing_is_served(string host)
    {
        await using var server = await StartAsync();
        RawAnswer[] answers =
        [
            await RawHttp.ExchangeAsync(server.BaseAddress, Post("/AppointmentService", $"Host: {host}")),
            await RawHttp.ExchangeAsync(server.BaseAddress, Post($"http://{host}/AppointmentService", "Host: localhost")),
            await RawHttp.ExchangeAsync(server.BaseAddress, Post("/FrontEnd", $"Host: {host}")),
            await GetAsync(server, "/AppointmentService?wsdl", $"Host: {host}"),
            await GetAsync(server, "/nothing", $"Host: {host}"),
        ];
        Assert.That(answers.Select(answer => (answer.Status, answer.Body)), Is.All.EqualTo(
            (421, $"{host} is not a host of this process. Use its address, or add the name to allowedHosts in dams.json.\n")));
    }

    [TestCase("http://localhost/AppointmentService", "whatever")]
    [TestCase("http://localhost:81/AppointmentService", "whatever:81")]
    [TestCase("http://dams.example.org/AppointmentService", "evil.example.org")]
    [TestCase("http://localhost/AppointmentService?wsdl", "other.example.org:99")]
    public async Task An_absolute_target_is_accepted_with_any_host(string target, string host)
    {
        await using var server = await StartAsync();
        var posted = await RawHttp.ExchangeAsync(server.BaseAddress, Post(target, $"Host: {host}"));
        Assert.That(posted.Soap.Result("outcome"), Is.EqualTo("Added"), posted.Body);
    }

    [Test]
    public async Task The_host_of_an_absolute_target_counts_and_not_the_header()
    {
        await using var server = await StartAsync();
        var answer = await GetAsync(server, "http://localhost:81/AppointmentService?wsdl", "Host: localhost:82");
        Assert.That(LocationOf(answer), Is.EqualTo("http://localhost:81/AppointmentService"));
    }

    [TestCase("/AppointmentService/?wsdl")]
    [TestCase("/appointmentservice?wsdl")]
    [TestCase("/APPOINTMENTSERVICE/?WSDL")]
    [TestCase("/%41ppointmentService?wsdl")]
    public async Task The_path_is_found_in_any_letter_case_with_a_slash_at_its_end_and_the_documents_name_it_as_it_is(string path)
    {
        await using var server = await StartAsync();
        var answer = await GetAsync(server, path, "Host: localhost");
        Assert.That(LocationOf(answer), Is.EqualTo("http://localhost/AppointmentService"));
        var posted = await RawHttp.ExchangeAsync(server.BaseAddress, Post(path, "Host: localhost"));
        Assert.That(posted.Soap.Result("outcome"), Is.EqualTo("Added"), posted.Body);
    }

    private const string Forwarded =
        "X-Forwarded-Proto: https\r\nX-Forwarded-Host: dams.example.org\r\nX-Forwarded-Prefix: /hospital";

    [TestCase("127.0.0.9/32", Forwarded, "https://dams.example.org/hospital/AppointmentService")]
    [TestCase("127.0.0.0/24", Forwarded, "https://dams.example.org/hospital/AppointmentService")]
    [TestCase("127.0.0.9/32", "X-Forwarded-Proto: https", "https://localhost:81/AppointmentService")]
    [TestCase("127.0.0.9/32", "X-Forwarded-Host: dams.example.org:8443", "http://dams.example.org:8443/AppointmentService")]
    [TestCase("127.0.0.9/32", "X-Forwarded-Proto: javascript", "http://localhost:81/AppointmentService")]
    [TestCase("127.0.0.9/32", "X-Forwarded-Proto: http, https", "https://localhost:81/AppointmentService",
         Description = "the proxy's is last")]
    [TestCase("127.0.0.8/32", Forwarded, "http://localhost:81/AppointmentService", Description = "another one is trusted")]
    [TestCase(null, Forwarded, "http://localhost:81/AppointmentService")]
    [TestCase(null, "Forwarded: proto=https;host=dams.example.org", "http://localhost:81/AppointmentService")]
    public async Task Forwarded_headers_count_only_from_a_trusted_proxy(string? trusted, string headers, string expected)
    {
        await using var server = await StartAsync(trusted is null ? [] : [IPNetwork.Parse(trusted)]);
        foreach (var path in new[] { "/AppointmentService?wsdl", "/AppointmentService" })
        {
            var answer = await GetAsync(server, path, $"Host: localhost:81\r\n{headers}", IPAddress.Parse("127.0.0.9"));
            Assert.That(answer.Body, Does.Contain($"\"{expected}{(path.Contains('?', StringComparison.Ordinal) ? "" : "?wsdl")}\""));
        }
    }

    // A proxy calls the service by a name of its own; what counts is the name that it was called by.
    [TestCase("127.0.0.9/32", "upstream_dams", "dams.example.org", 200)]
    [TestCase("127.0.0.9/32", "localhost", "evil.example.org", 421)]
    [TestCase("127.0.0.9/32", "upstream_dams", null, 421)]
    [TestCase("127.0.0.8/32", "upstream_dams", "dams.example.org", 421, Description = "another one is trusted")]
    [TestCase("127.0.0.8/32", "localhost", "evil.example.org", 200, Description = "another one is trusted")]
    public async Task The_host_that_a_trusted_proxy_forwards_counts(string trusted, string host, string? forwarded, int status)
    {
        await using var server = await StartAsync([IPNetwork.Parse(trusted)]);
        var headers = $"Host: {host}" + (forwarded is null ? "" : $"\r\nX-Forwarded-Host: {forwarded}");
        var answer = await GetAsync(server, "/AppointmentService?wsdl", headers, IPAddress.Parse("127.0.0.9"));
        Assert.That(answer.Status, Is.EqualTo(status));
    }

    [TestCase("dams.example.org:99999", 400)]
    [TestCase("dams.example.org:b", 200)]
    public async Task A_forwarded_host_that_is_none_never_reaches_an_address(string host, int status)
    {
        await using var server = await StartAsync([IPNetwork.Parse("127.0.0.0/8")]);
        var answer = await GetAsync(server, "/AppointmentService", $"Host: localhost\r\nX-Forwarded-Host: {host}");
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Body, Does.Not.Contain("dams.example.org:"));
    }

    private static Task<SoapTestServer> StartAsync(params IPNetwork[] trusted) => SoapTestServer.StartAsync(
        new DictionaryExecutor(),
        SoapTestServer.Options with { AllowedHosts = [.. ClusterTopology.Default().AllowedHosts, "dams.example.org", "fd00::10"] },
        configure: builder => builder.TrustProxies(trusted));

    private static Task<RawAnswer> GetAsync(SoapTestServer server, string target, string headers, IPAddress? from = null) =>
        RawHttp.ExchangeAsync(server.BaseAddress, $"GET {target} HTTP/1.1\r\n{headers}\r\n\r\n", from);

    private static string Post(string target, string headers) =>
        $"POST {target} HTTP/1.1\r\n{headers}\r\nContent-Type: text/xml\r\nContent-Length: {s_call.Length}\r\n\r\n{s_call}";

    private static string LocationOf(RawAnswer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        return XDocument.Parse(answer.Body).Descendants().Attributes("location").Select(location => location.Value).Distinct().Single();
    }
}
