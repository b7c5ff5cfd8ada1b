using System.Net;
using System.Net.Sockets;
using System.Text;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Processes;

/// <summary>
/// More connections, or more long requests, than a process accepts. One test runs a front end alone under a low limit of open files, one a
/// web server in this process.
/// </summary>
[Parallelizable]
internal sealed class HttpBoundsTests
{
    private const int Descriptors = DescriptorLimit.Min + 20;
    private const int IdleConnections = 300;

    private TestFolder _folder = null!;
    private IPEndPoint _endpoint = null!;
    private readonly List<Socket> _sockets = [];

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        File.WriteAllText(_folder.File("dams.json"), topology.Write());
        _endpoint = topology.FrontEnds[0].Listen.ToEndPoint();
    }

    [TearDown]
    public void DropFolder()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _sockets.Clear();
        _folder.Dispose();
    }

    [Test]
    public async Task Idle_connections_beyond_the_bound_make_room_and_a_call_under_way_survives()
    {
        using var process = StartFrontEnd(Descriptors);
        await Eventually.IsTrueAsync(() => process.HasExited || TryConnect() is not null);
        var calling = TryConnect()!;
        // The stream of events is a call that does not end.
        await calling.SendAsync(Encoding.ASCII.GetBytes("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        for (var i = 0; i < IdleConnections; i++)
            TryConnect();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{_endpoint}") };
        var answer = await Eventually.HasAsync(() => TrySend(http, new HttpRequestMessage(HttpMethod.Get, "/health")));
        Assert.That(answer, Is.EqualTo(HttpStatusCode.ServiceUnavailable), "the health of a front end without a cluster");
        var buffer = new byte[4096];
        Assert.That(Encoding.ASCII.GetString(buffer, 0, await calling.ReceiveAsync(buffer)), Does.StartWith("HTTP/1.1 200 "));
        Assert.That(calling.Poll(0, SelectMode.SelectRead) && calling.Available == 0, Is.False, "whether the call's connection was closed");
        Assert.That(process.HasExited, Is.False, process.Errors);
        const int bound = Descriptors - DescriptorLimit.Reserve;
        Assert.That(process.Errors, Does.Contain(
            $"At most {bound} HTTP connections at a time: this process may open {Descriptors} files and sockets"));
        var warnings = process.Errors.Split('\n')
            .Where(line => line.Contains($"{bound} HTTP connections are open", StringComparison.Ordinal));
        Assert.That(warnings.Count(), Is.EqualTo(1));
        process.Terminate();
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Stopped), process.Errors);
    }

    [Test]
    public async Task A_long_body_beyond_the_bound_is_refused_while_usual_calls_go_on()
    {
        var address = new NodeAddress(_folder.Address, _endpoint.Port);
        await using var web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), address).Build();
        web.MapPost("/", async http => await http.Request.Body.CopyToAsync(Stream.Null));
        await web.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{_endpoint}") };
        // One more is refused only when all the first ones are under way. The server gives up bodies that don't come, so each
        // attempt begins as many again.
        await Eventually.IsTrueAsync(() =>
        {
            for (var i = 0; i < BodyBound.LongBodiesMax; i++)
                TryConnect()?.Send(HeadOf(BodyBound.UsualBytesMax + 1));
            return IsRefused(HeadOf(BodyBound.UsualBytesMax + 1));
        });
        Assert.That(Post(BodyBound.UsualBytesMax), Is.EqualTo(HttpStatusCode.OK));
        _sockets.ForEach(socket => socket.Dispose());
        await Eventually.IsTrueAsync(() => Post(BodyBound.UsualBytesMax + 1) == HttpStatusCode.OK);

        // The server may refuse the call and close the connection while the client still sends the body.
        HttpStatusCode? Post(int bytes) =>
            TrySend(http, new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[bytes]) });

        // Without a body on its way the answer is there to be read, and no reset.
        bool IsRefused(byte[] head)
        {
            if (TryConnect() is not { } socket)
                return false;
            socket.ReceiveTimeout = 1000;
            var answer = new byte[64];
            try
            {
                socket.Send(head);
                return Encoding.ASCII.GetString(answer, 0, socket.Receive(answer)).StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal);
            }
            catch (SocketException)
            {
                return false;
            }
        }

        static byte[] HeadOf(int bytes) =>
            Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {bytes}\r\n\r\n");
    }

    [Test]
    public async Task A_process_with_too_few_file_descriptors_says_so_and_exits_with_2()
    {
        using var process = StartFrontEnd(DescriptorLimit.Min - 1);
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(process.Errors, Is.EqualTo($"frontend1 can't start: {DescriptorLimit.ProblemOf(DescriptorLimit.Min - 1)}"));
    }

    private TestProcess StartFrontEnd(int descriptors) =>
        TestProcess.StartUnder($"ulimit -n {descriptors}", NodeRole.FrontEnd, "--id", "frontend1", "--config", _folder.File("dams.json"));

    private Socket? TryConnect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(_endpoint);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }

        _sockets.Add(socket);
        return socket;
    }

    private static HttpStatusCode? TrySend(HttpClient http, HttpRequestMessage request)
    {
        try
        {
            using var answer = http.Send(request);
            return answer.StatusCode;
        }
        // If a connection is cut while it opens, .NET's client throws the bare SocketException.
        catch (Exception problem) when (problem is HttpRequestException or SocketException)
        {
            return null;
        }
    }
}
