using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Dams.Contracts.Soap;
using Dams.Hosting.Cluster;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Tls;

/// <summary>Processes of a cluster talk to each other, and strangers get nothing.</summary>
internal sealed class NodeTlsTests
{
    private TlsCluster _cluster = null!;
    private FakeLogger _log = null!;
    private NodeCertificates _certificates = null!;
    private WebApplication _web = null!;
    private int _asked;

    private ClusterNode Server => _cluster.OnMtl;

    private Uri Url => _cluster.Topology.UriOf(Server);

    [SetUp]
    public async Task StartServer()
    {
        _cluster = new TlsCluster().WithCertificates();
        _log = new FakeLogger();
        _certificates = _cluster.Open(Server, _log);
        _asked = 0;
        _web = await StartAsync(_certificates.Nodes!.Server, Server.Listen);
    }

    [TearDown]
    public async Task StopServer()
    {
        await _web.DisposeAsync();
        _cluster.Dispose();
    }

    [Test]
    public async Task A_host_of_the_cluster_is_answered()
    {
        using var http = _cluster.ClientOf(_cluster.OnQue, _log);
        Assert.That(Url.Scheme, Is.EqualTo("https"));
        Assert.That(await http.GetStringAsync(Url), Is.EqualTo("hello"));
        Assert.That(_log.Lines, Has.None.StartsWith("Warning"));
    }

    [Test]
    public async Task A_question_to_a_replica_goes_over_TLS()
    {
        var replica = _cluster.Topology.FindReplica(1)!;
        await using var web = await StartAsync(_certificates.Nodes!.Server, replica.Listen);
        using var clients = new ReplicaClients(_cluster.Topology, _cluster.Open(_cluster.OnQue, _log).Nodes);
        var status = await ReplicaQuestion.AskAsync(clients.Of, 1, client => client.GetStatusAsync(), TimeSpan.FromSeconds(20));
        Assert.That(status.Engine, Is.EqualTo("Ledger"));
    }

    [Test]
    public async Task A_tool_uses_the_certificate_of_its_host()
    {
        File.Delete(_cluster.Tls.FileOf("mtl"));
        using var http = new HttpClient(
            NodeHttp.CreateHandler(NodeCertificates.OpenForTool(_cluster.Topology, TimeProvider.System, NullLogger.Instance)));
        Assert.That(await http.GetStringAsync(Url), Is.EqualTo("hello"));
        File.Delete(_cluster.Tls.FileOf("que"));
        Assert.That(() => NodeCertificates.OpenForTool(_cluster.Topology, TimeProvider.System, NullLogger.Instance),
            Throws.TypeOf<CertificateException>().With.Message.Contains("run this command on a host of the cluster"));
    }

    private static IEnumerable<string> Mistakes => WrongCertificates.All.Keys;

    [TestCaseSource(nameof(Mistakes))]
    public async Task A_client_with_a_wrong_certificate_gets_nothing_and_is_logged_once(string mistake)
    {
        using var authority = _cluster.Authority();
        using var wrong = WrongCertificates.All[mistake](authority, PeerCheck.ClientUsage);
        await IsRefusedAsync(wrong);
    }

    [Test]
    public Task A_client_without_a_certificate_gets_nothing_and_is_logged_once() => IsRefusedAsync(null);

    [Test]
    public async Task Plain_HTTP_gets_nothing()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Server.Listen.ToEndPoint());
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        Assert.That(await ReadAllAsync(client.GetStream()), Does.Not.Contain("hello"));
        Assert.That(_asked, Is.Zero);
    }

    [TestCaseSource(nameof(Mistakes))]
    public async Task A_server_with_a_wrong_certificate_is_not_asked(string mistake)
    {
        using var authority = _cluster.Authority();
        using var wrong = WrongCertificates.All[mistake](authority, PeerCheck.ServerUsage);
        await IsNotAskedAsync(wrong, "the certificate of manager1 at ");
    }

    [Test]
    public async Task A_server_with_the_certificate_of_another_host_is_not_asked()
    {
        using var other = X509Certificate2.CreateFromPemFile(_cluster.Tls.FileOf("que"));
        await IsNotAskedAsync(other, "is that of dams://clinics/que; expected that of dams://clinics/mtl");
    }

    [Test]
    public async Task An_address_that_is_no_process_of_the_cluster_is_not_called()
    {
        using var http = _cluster.ClientOf(_cluster.OnQue, _log);
        var problem = await Assert.CatchAsync<HttpRequestException>(() => http.GetAsync(new Uri($"https://{Server.Listen.Address}:9999/")));
        Assert.That(problem!.Message, Does.Contain("is no process of the cluster clinics"));
    }

    [Test]
    public async Task A_renewed_certificate_and_a_new_authority_are_used_without_a_restart()
    {
        using var own = X509Certificate2.CreateFromPemFile(_cluster.Tls.FileOf("que"));
        var (_, before) = await AskAsync(own);
        new CertificateFolder(_cluster.Topology, _cluster.Tls, _cluster.Tls.AuthorityKeyFile, DateTimeOffset.UtcNow).Renew(["mtl"], 365);
        _certificates.Look();
        // The old certificate of the other host is still right, because the authority is the same.
        var (answer, after) = await AskAsync(own);
        Assert.That(answer, Does.Contain("hello"));
        Assert.That(after, Is.Not.EqualTo(before));
        using var key = ClusterAuthority.NewKey();
        using var authority = ClusterAuthority.Create("clinics", key, DateTimeOffset.UtcNow, 10);
        using var young = WrongCertificates.Make(authority, uris: ["dams://clinics/que"]);
        Assert.That((await AskAsync(young)).Answer, Does.Not.Contain("hello"));
        File.AppendAllText(_cluster.Tls.AuthorityFile, authority.ExportCertificatePem());
        _certificates.Look();
        Assert.That((await AskAsync(young)).Answer, Does.Contain("hello"));
        Assert.That((await AskAsync(own)).Answer, Does.Contain("hello"));
    }

    private async Task IsRefusedAsync(X509Certificate2? certificate)
    {
        for (var i = 0; i < 3; i++)
            Assert.That((await AskAsync(certificate)).Answer, Does.Not.Contain("HTTP"));
        Assert.That(_asked, Is.Zero);
        var lines = _log.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal)).ToList();
        Assert.That(lines, Has.Count.EqualTo(1));
        Assert.That(lines[0], Does.Contain("was closed without an answer: its certificate ").And.Contain("A connection of 127.0.0.1:"));
        // Others go on.
        using var own = X509Certificate2.CreateFromPemFile(_cluster.Tls.FileOf("que"));
        Assert.That((await AskAsync(own)).Answer, Does.Contain("hello"));
    }

    private async Task IsNotAskedAsync(X509Certificate2 certificate, string text)
    {
        await _web.StopAsync();
        var context = SslStreamCertificateContext.Create(certificate, null, offline: true);
        await using var enemy = await StartAsync(
            new ServerTls(_ => new SslServerAuthenticationOptions { ServerCertificateContext = context }), Server.Listen);
        using var http = _cluster.ClientOf(_cluster.OnQue, _log);
        for (var i = 0; i < 3; i++)
        {
            var problem = await Assert.CatchAsync<HttpRequestException>(() => http.GetAsync(Url));
            Assert.That(problem!.Message, Does.Contain(text));
        }

        Assert.That(_asked, Is.Zero);
        Assert.That(_log.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal)),
            Has.Exactly(1).Contains("manager1 was not asked: its certificate "));
    }

    /// <summary>Sends a request as an enemy would: it accepts any server, and reads all that comes.</summary>
    private async Task<(string Answer, string? Serial)> AskAsync(X509Certificate2? certificate)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Server.Listen.ToEndPoint());
#pragma warning disable CA5359 // The test is about what the server shows.
        await using var stream = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        var serial = (string?)null;
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "mtl",
                ClientCertificateContext = certificate is null ? null
                    : SslStreamCertificateContext.Create(certificate, null, offline: true),
            });
            serial = stream.RemoteCertificate!.GetSerialNumberString();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {Server.Listen}\r\nConnection: close\r\n\r\n"));
            return (await ReadAllAsync(stream), serial);
        }
        catch (Exception problem) when (problem is IOException or AuthenticationException)
        {
            return ("", serial);
        }
    }

    private static async Task<string> ReadAllAsync(Stream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var count)
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        catch (IOException)
        {
            // The other side has closed the connection.
        }

        return text.ToString();
    }

    private async Task<WebApplication> StartAsync(ServerTls tls, NodeAddress listen)
    {
        var web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), listen).SpeakTls(tls).Build();
        web.MapGet("/", http =>
        {
            Interlocked.Increment(ref _asked);
            return http.Response.WriteAsync("hello");
        });
        web.MapPost("/ReplicaService", http =>
        {
            http.Response.ContentType = "text/xml";
            return http.Response.WriteAsync(
                "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>"
                + $"<GetStatusResponse xmlns='{SoapNamespaces.ReplicaV1}'><result><id>1</id><incarnation>5</incarnation><boot>6</boot>"
                + "<engine>Ledger</engine></result></GetStatusResponse></s:Body></s:Envelope>");
        });
        await web.StartAsync();
        return web;
    }
}
