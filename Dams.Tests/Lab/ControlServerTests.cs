using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Dams.FrontEnd.Control;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Lab;
using Dams.Ordering;
using Dams.Tests.Cli;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Lab;

/// <summary>The control port as one front end serves it, without the rest of the cluster.</summary>
internal sealed class ControlServerTests
{
    private TestFolder _folder = null!;
    private NodeContext _context = null!;
    private WebApplication _status = null!;

    [SetUp]
    public async Task MakeContextAsync()
    {
        _folder = new TestFolder();
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        var arguments = NodeArguments.Parse(["--id", "frontend1"], NodeRole.FrontEnd, [], out _)!;
        _context = new NodeContext(topology, arguments, NullLoggerFactory.Instance, KeyFile.LoadOrCreate(topology.KeyFile),
            OrderToken.LoadOrCreate(topology.DataFolder));
        _status = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, topology.Limits, topology.FrontEnds[0].Listen).Build();
        _status.MapGet("/status", http => http.Response.WriteAsync($$"""{"control":"{{topology.Control.ToHttpUri()}}"}"""));
        await _status.StartAsync();
    }

    [TearDown]
    public async Task DropContextAsync()
    {
        await _status.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("crash 2")]
    [TestCase("heal")]
    [TestCase("show")]
    public async Task Without_the_lab_every_fault_is_refused_with_the_reason(string fault)
    {
        await using var control = ControlServer.Build(_context, _context.Topology.Control, null);
        await control.StartAsync();
        var run = await FaultAsync(fault);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        Assert.That(run.Errors, Does.StartWith("The cluster was not started with --lab: faults can't be injected."));
    }

    [TestCase("lie 5", 2, "replica is 5; expected one of 1, 2, 3, 4.")]
    [TestCase("lie 3", 1, "replica3 does not answer at 127.")]
    [TestCase("accuse 5", 2, "replica is 5; expected one of 1, 2, 3, 4.")]
    [TestCase("crash 9", 2, "process is '9'; expected a replica's number, or one of frontend1, sequencer1")]
    [TestCase("crash 2", 1, "replica2 is not running.")]
    [TestCase("pause frontend1 1s", 1, "frontend1 can't pause itself")]
    [TestCase("pause 2 1000s", 2, "for is '1000s'; expected a duration such as 200ms, 5s or 2m, at most 600s.")]
    [TestCase("drop 10 --from x", 2, "from is 'x'; expected a replica's number")]
    [TestCase("delay 11s", 2, "by is '11s'")]
    [TestCase("partition 1|1", 2, "each process in one group")]
    public async Task A_fault_that_cannot_be_injected_is_refused_with_the_reason(string fault, int exitCode, string problem)
    {
        using var lab = new FaultLab(_context, new LabSwitches(), () => Task.FromResult(1));
        await using var control = ControlServer.Build(_context, _context.Topology.Control, lab);
        await control.StartAsync();
        var run = await FaultAsync(fault);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((exitCode, "")));
        Assert.That(run.Errors, Does.Contain(problem));
    }

    [Test]
    public async Task An_accusation_sets_the_switch_until_it_is_healed()
    {
        var switches = new LabSwitches();
        using var lab = new FaultLab(_context, switches, () => Task.FromResult(1));
        await using var control = ControlServer.Build(_context, _context.Topology.Control, lab);
        await control.StartAsync();
        Assert.That(switches.AccusedReplica, Is.Null);
        Assert.That((await FaultAsync("accuse 2")).Output, Does.StartWith("the front end reports replica2 as wrong and silent"));
        Assert.That(switches.AccusedReplica, Is.EqualTo(2));
        Assert.That((await FaultAsync("heal")).ExitCode, Is.Zero);
        Assert.That(switches.AccusedReplica, Is.Null);
    }

    [Test]
    public async Task A_heal_fails_and_names_the_replica_that_may_still_lie()
    {
        using var lab = new FaultLab(_context, new LabSwitches(), () => Task.FromResult(1));
        await using var control = ControlServer.Build(_context, _context.Topology.Control, lab);
        await control.StartAsync();
        var healed = BabblingServer.Http("healed");
        await using var first = new BabblingServer(_context.Topology.FindReplica(1)!.Listen.ToEndPoint()) { Says = healed };
        await using var silent = new BabblingServer(_context.Topology.FindReplica(3)!.Listen.ToEndPoint());
        var run = await FaultAsync("heal");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(
            run.Errors, Does.StartWith("replica3 may still lie: heal again; replica2 does not answer at"),
            "replica2 does not run, so it does not lie");
        silent.Says = healed;
        run = await FaultAsync("heal");
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.StartWith("all injected faults are healed; replica2 does not answer at"));
    }

    [Test]
    public async Task A_shutdown_stops_dams_up_and_is_refused_if_none_runs_the_cluster()
    {
        await using var control = ControlServer.Build(_context, _context.Topology.Control, null);
        await control.StartAsync();
        using var http = new HttpClient { BaseAddress = _context.Topology.Control.ToHttpUri() };
        Assert.That(await ShutdownAsync(), Does.StartWith("This cluster is not run by dams up"));
        using var up = Process.Start("sleep", "1000");
        await File.WriteAllTextAsync(PidFile.PathOf(_folder.Path, PidFile.ClusterHolder),
            PidFile.TextOf(_folder.Path, ProcessIdentity.Of(up.Id)!.Value));
        Assert.That(await ShutdownAsync(), Is.EqualTo($"dams up, process {up.Id}, stops the cluster\n"));
        await up.WaitForExitAsync().WaitAsync(Eventually.Limit);

        async Task<string> ShutdownAsync()
        {
            using var answer = await OrderAsync(http, "/shutdown");
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [TestCase("rebound.example.org:8081", false)]
    [TestCase("127.0.0.1.example.org", false)]
    [TestCase("192.0.2.1:8081", false)]
    [TestCase("localhost.example.org", false)]
    [TestCase("localhost:8081", true)]
    [TestCase("LOCALHOST", true)]
    [TestCase("127.0.0.1:1", true)]
    [TestCase("[::1]:8081", true)]
    public async Task An_order_under_the_host_name_of_another_machine_is_refused(string host, bool isTaken)
    {
        await using var control = ControlServer.Build(_context, _context.Topology.Control, null);
        control.MapBareOrder("/leave", _context.Orders, http => OrderEndpoints.SayAsync(http, StatusCodes.Status409Conflict, "taken"));
        await control.StartAsync();
        using var http = new HttpClient { BaseAddress = _context.Topology.Control.ToHttpUri() };
        foreach (var path in (string[])["/shutdown", "/leave"])
        {
            using var order = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
            {
                Content = JsonContent.Create(new { }),
                Headers = { Host = host, Authorization = _context.Orders.Header },
            };
            using var answer = await http.SendAsync(order);
            Assert.That((int)answer.StatusCode, Is.EqualTo(isTaken ? 409 : 421), path);
            if (isTaken)
                continue;
            Assert.That(
                await answer.Content.ReadAsStringAsync(),
                Does.StartWith($"{host} is not a host of this process."));
        }
    }

    // Earlier, any user of the machine could stop the cluster, order replicas out and inject faults.
    [TestCase(null, 401, "Orders need the token in")]
    [TestCase("Basic abcd", 401, "Orders need the token in")]
    [TestCase("Bearer ", 401, "Orders need the token in")]
    [TestCase("Bearer 0123", 403, "The token is wrong: this process accepts the one in")]
    [TestCase("Bearer with a blank", 403, "The token is wrong")]
    [TestCase("OTHER", 403, "The token is wrong")]
    [TestCase("bearer TOKEN", 409, "This cluster is not run by dams up")]
    public async Task An_order_without_the_token_of_the_data_folder_is_refused(string? header, int status, string says)
    {
        var file = _folder.File("orders.token");
        var token = (await File.ReadAllTextAsync(file)).TrimEnd();
        var other = new string([.. token.Select(digit => digit == '0' ? '1' : '0')]);
        header = header?.Replace("TOKEN", token, StringComparison.Ordinal).Replace("OTHER", $"Bearer {other}", StringComparison.Ordinal);
        using var lab = new FaultLab(_context, new LabSwitches(), () => Task.FromResult(1));
        await using var control = ControlServer.Build(_context, _context.Topology.Control, lab);
        control.MapBareOrder("/leave", _context.Orders, http => OrderEndpoints.SayAsync(http, 409, "This cluster is not run by dams up"));
        await control.StartAsync();
        using var http = new HttpClient { BaseAddress = _context.Topology.Control.ToHttpUri() };
        foreach (var path in (string[])["/shutdown", "/leave", "/lab/heal"])
        {
            using var order = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
            order.Content = JsonContent.Create(new { });
            if (header is not null)
                order.Headers.TryAddWithoutValidation("Authorization", header);
            using var answer = await http.SendAsync(order);
            if (path == "/lab/heal" && status == 409)
            {
                Assert.That((int)answer.StatusCode, Is.EqualTo(200));
                continue;
            }

            Assert.That((int)answer.StatusCode, Is.EqualTo(status), path);
            var said = await answer.Content.ReadAsStringAsync();
            Assert.That(said, Does.StartWith(says));
            if (status != 409)
                Assert.That(said, Does.Contain(file).And.Not.Contain(token));
        }
    }

    [TestCase("127.0.0.1", "127.0.0.2", true)]
    [TestCase("192.0.2.7", "192.0.2.7", true)]
    [TestCase("192.0.2.8", "192.0.2.7", false)]
    public void An_order_from_another_machine_is_refused_even_with_the_token(string remote, string local, bool isTaken)
    {
        var http = new DefaultHttpContext();
        (http.Connection.RemoteIpAddress, http.Connection.LocalIpAddress) = (IPAddress.Parse(remote), IPAddress.Parse(local));
        http.Request.Headers.Authorization = _context.Orders.Header.ToString();
        if (isTaken)
            _context.Orders.Require(http);
        else
            Assert.That(() => _context.Orders.Require(http), Throws.InstanceOf<OrderRefusedException>()
                .With.Property("Status").EqualTo(403).And.Message.StartsWith("192.0.2.8 is another machine"));
    }

    private async Task<HttpResponseMessage> OrderAsync(HttpClient http, string path)
    {
        using var order = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = JsonContent.Create(new { }),
            Headers = { Authorization = _context.Orders.Header },
        };
        return await http.SendAsync(order);
    }

    private Task<CliRun> FaultAsync(string fault) =>
        CliRun.OfAsync(["fault", .. fault.Split(' '), "--url", $"http://{_folder.Address}:8080"]);
}
