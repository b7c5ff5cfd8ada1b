using System.Diagnostics;
using System.Net.Sockets;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Tls;

/// <summary>Clients that begin a TLS handshake and don't end it.</summary>
internal sealed class SlowHandshakeTests
{
    private const int Slow = 1_000;

    // The first bytes of a ClientHello: a record of 512 bytes is announced.
    private static readonly byte[] s_begin = [22, 3, 1, 2, 0, 1, 0, 1];

    private readonly List<Socket> _sockets = [];
    private TlsCluster _cluster = null!;
    private NodeCertificates _certificates = null!;

    private ClusterNode Server => _cluster.OnMtl;

    [SetUp]
    public void MakeCluster()
    {
        _cluster = new TlsCluster().WithCertificates();
        _certificates = _cluster.Open(Server, new FakeLogger());
    }

    [TearDown]
    public void DropCluster()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _sockets.Clear();
        _cluster.Dispose();
    }

    [Test]
    public async Task A_thousand_slow_and_half_open_handshakes_leave_others_unharmed_and_are_closed()
    {
        await using var web = await StartAsync(2 * Slow);
        for (var i = 0; i < Slow; i++)
            await ConnectAsync(i % 2 == 0 ? 0 : s_begin.Length);
        var longest = TimeSpan.Zero;
        for (var i = 0; i < 20; i++)
        {
            // A connection of its own for each, with a handshake.
            using var http = _cluster.ClientOf(_cluster.OnQue, new FakeLogger());
            var began = Stopwatch.GetTimestamp();
            Assert.That(await http.GetStringAsync(_cluster.Topology.UriOf(Server)), Is.EqualTo("hello"));
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
            // Slow ones go on, a byte at a time.
            foreach (var socket in _sockets.Where((_, n) => n % 50 == i))
                TrySend(socket);
        }

        TestContext.Out.WriteLine($"the longest of 20 calls beside {Slow} slow handshakes took {longest.TotalMilliseconds:F0} ms");
        var closing = Stopwatch.GetTimestamp();
        foreach (var socket in _sockets)
            await IsClosedAsync(socket);
        Assert.That(Stopwatch.GetElapsedTime(closing), Is.LessThan(NodeWeb.HeadPatience + TimeSpan.FromSeconds(20)));
    }

    [Test]
    public async Task At_the_limit_of_connections_the_oldest_handshake_makes_room()
    {
        const int connectionsMax = 20;
        await using var web = await StartAsync(connectionsMax);
        for (var i = 0; i < connectionsMax; i++)
            await ConnectAsync(s_begin.Length);
        var began = Stopwatch.GetTimestamp();
        // The oldest ones are closed once they have lasted for a second, and long before their time is over.
        await Eventually.IsTrueAsync(() => Stopwatch.GetElapsedTime(began) > ConnectionBound.IdleMin);
        using var http = _cluster.ClientOf(_cluster.OnQue, new FakeLogger());
        Assert.That(await http.GetStringAsync(_cluster.Topology.UriOf(Server)), Is.EqualTo("hello"));
        await IsClosedAsync(_sockets[0]);
        Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(NodeWeb.HeadPatience));
    }

    [Test]
    public async Task A_server_that_does_not_go_on_with_the_handshake_is_given_up()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(Server.Listen.ToEndPoint());
        silent.Listen();
        using var http = _cluster.ClientOf(_cluster.OnQue, new FakeLogger());
        http.Timeout = Timeout.InfiniteTimeSpan;
        var began = Stopwatch.GetTimestamp();
        await Assert.CatchAsync<Exception>(() => http.GetAsync(_cluster.Topology.UriOf(Server)));
        Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(15)));
    }

    private async Task<WebApplication> StartAsync(int connectionsMax)
    {
        var web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), connectionsMax, Server.Listen)
            .SpeakTls(_certificates.Nodes!.Server)
            .Build();
        web.MapGet("/", http => http.Response.WriteAsync("hello"));
        await web.StartAsync();
        return web;
    }

    private async Task ConnectAsync(int bytes)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        await socket.ConnectAsync(Server.Listen.ToEndPoint());
        if (bytes > 0)
            await socket.SendAsync(s_begin.AsMemory(0, bytes));
    }

    private static void TrySend(Socket socket)
    {
        try
        {
            socket.Send([0]);
        }
        catch (SocketException)
        {
            // Closed already.
        }
    }

    private static async Task IsClosedAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(NodeWeb.HeadPatience + TimeSpan.FromSeconds(20));
        var buffer = new byte[256];
        try
        {
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token) > 0)
            {
                // An alert of TLS may come before the end.
            }
        }
        catch (SocketException)
        {
            // Closed by a reset.
        }
    }
}
