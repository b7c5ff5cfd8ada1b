using System.Net;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using Dams.Cli.Cluster;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Tests.Cli;
using Dams.Tests.Hosting;
using Dams.Tests.Network;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes;

/// <summary>A cluster whose hosts are loopback addresses of this machine, each run by a <c>dams up --host</c>.</summary>
[UnsupportedOSPlatform("windows")]
[Platform("Linux", Reason = "other systems have one loopback address of IPv4")]
public sealed class HostsTests
{
    private static string ThreeHosts() => $$"""
        {
          "hosts": { "mtl": "{{TestAddresses.Next()}}", "que": "{{TestAddresses.Next()}}", "she": "{{TestAddresses.Next()}}" },
          "frontEnds":  [ { "host": "mtl" }, { "host": "que" }, { "host": "she" } ],
          "sequencers": [ { "host": "que" }, { "host": "she" } ],
          "replicas":   [ { "host": "mtl" }, { "host": "que" }, { "host": "she" }, { "host": "mtl" } ]
        }
        """;

    private static async Task CallAsync(TestHosts hosts, string at, string expected, params string[] call)
    {
        var url = ReadyLine.FrontEndOn(hosts.On(at), at)!.Address.ToHttpUri().ToString();
        var run = await CliRun.OfAsync([.. call, "--url", url]);
        Assert.That(run.Output + run.Errors, Does.Contain(expected), $"{string.Join(' ', call)} at {at}: exit code {run.ExitCode}");
    }

    [Test]
    public async Task Calls_are_answered_by_every_host_and_while_any_one_of_them_is_dead()
    {
        await using var hosts = new TestHosts(ThreeHosts());
        try
        {
            foreach (var host in hosts.Names)
                hosts.Up(host);
            foreach (var host in hosts.Names)
                await hosts.IsReadyAsync(host);
            await CallAsync(hosts, "mtl", "Added", "add", "MTLE210422", "Physician", "5", "--as", "MTLA1234");
            foreach (var host in hosts.Names)
                await CallAsync(hosts, host, "MTLE210422", "list", "Physician", "--as", "MTLA1234");
            var patient = 1001;
            foreach (var dead in new[] { "que", "she", "mtl" })
            {
                await hosts.KillAsync(dead);
                foreach (var alive in hosts.Names.Where(host => host != dead))
                {
                    await CallAsync(hosts, alive, "Booked", "book", $"MTLP{patient}", "MTLE210422", "Physician");
                    await CallAsync(hosts, alive, "MTLE210422", "schedule", $"MTLP{patient++}");
                    break;
                }

                hosts.Up(dead);
                await hosts.IsReadyAsync(dead);
                await hosts.StatusAsync(dead, status => status.Replicas.All(replica => replica.State == "active"));
            }

            var seen = await hosts.StatusAsync("she", status => TestCluster.AreEqual(status.Replicas));
            Assert.That(seen.Control, Is.EqualTo(hosts.On("she").ControlOf(NodeId.FrontEnd(3))!.ToHttpUri().ToString()));
            Assert.That(seen.Replicas.Select(replica => replica.Address),
                Is.EqualTo(hosts.On("she").Replicas.Select(replica => replica.Address.ToString())));
            await CallAsync(hosts, "she", "MTLE210422", "schedule", "MTLP1001");
        }
        catch
        {
            hosts.WriteLogs(TestContext.Out);
            throw;
        }
    }

    [Test]
    public async Task A_shutdown_at_one_host_stops_the_processes_of_that_host_only()
    {
        await using var hosts = new TestHosts(ThreeHosts());
        foreach (var host in hosts.Names)
            hosts.Up(host);
        foreach (var host in hosts.Names)
            await hosts.IsReadyAsync(host);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = OrderToken.ReadHeader(Path.Combine(hosts.On("que").DataFolder, "orders.token"));
        using var order = new StringContent("{}", MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await http.PostAsync(new Uri(hosts.On("que").ControlOn("que").ToHttpUri(), "/shutdown"), order);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        await Eventually.IsTrueAsync(() => PidFile.FindRunning(hosts.On("que")).Count == 0);
        foreach (var (host, count) in new[] { ("mtl", 5), ("she", 4) })
            Assert.That(PidFile.FindRunning(hosts.On(host)).Count, Is.EqualTo(count), host);
        await CallAsync(hosts, "she", "(no. ", "list", "Surgeon", "--as", "MTLA1234");
    }

    [Test]
    public async Task A_cluster_runs_at_the_loopback_address_of_IPv6()
    {
        var ports = 20_000 + (Environment.ProcessId % 400 * 100);
        await using var hosts = new TestHosts($$"""
            {
              "hosts": { "a": "::1", "b": { "address": "::1", "listen": "::1" } },
              "frontEnds":  [ { "host": "a", "port": {{ports}} } ], "control": { "port": {{ports + 1}} },
              "sequencers": [ { "host": "a", "port": {{ports + 2}} }, { "host": "b", "port": {{ports + 3}} } ],
              "replicas":   [ { "host": "a", "port": {{ports + 11}} }, { "host": "a", "port": {{ports + 12}} },
                              { "host": "b", "port": {{ports + 13}} }, { "host": "b", "port": {{ports + 14}} } ]
            }
            """);
        try
        {
            hosts.Up("a");
            var b = hosts.Up("b");
            await hosts.IsReadyAsync("a");
            Assert.That(b.Errors, Does.Contain($"[::1]:{ports + 13}").And.Not.Contain("replica1").And.Not.Contain("control"));
            await Eventually.IsTrueAsync(() => b.OutputLines.Contains("ready b"));
            await CallAsync(hosts, "a", "Added", "add", "MTLE210422", "Physician", "5", "--as", "MTLA1234");
            await hosts.KillAsync("b");
            await CallAsync(hosts, "a", "Booked", "book", "MTLP1001", "MTLE210422", "Physician");
        }
        catch
        {
            hosts.WriteLogs(TestContext.Out);
            throw;
        }
    }

    [Test]
    public async Task Processes_of_a_host_wait_for_the_others_and_a_name_without_address_ends_none()
    {
        var address = TestAddresses.Next();
        await using var hosts = new TestHosts($$"""
            {
              "hosts": { "a": "{{address}}", "b": { "address": "no-such-host.localhost", "listen": "{{TestAddresses.Next()}}" } },
              "frontEnds": [{ "host": "a" }], "sequencers": [{ "host": "b" }], "replicas": [{ "host": "a" }, { "host": "b" }]
            }
            """);
        var up = hosts.Up("a", "--ready-within", "1");
        await Eventually.IsTrueAsync(() => up.HasExited || up.Errors.Contains("clients get no answers here", StringComparison.Ordinal));
        Assert.That(up.Errors, Does.Contain("The processes of a run on, and wait for the other hosts"));
        await Eventually.IsTrueAsync(() => hosts.LogOf("a", "frontend1").Contains("no-such-host.localhost", StringComparison.Ordinal));
        Assert.That(up.HasExited, Is.False);
    }

    [Test]
    public async Task A_process_of_another_host_says_that_the_address_is_not_this_machines()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder.File("dams.json"), """
            {
              "hosts": { "here": "198.51.100.1", "there": "198.51.100.2" },
              "frontEnds": [{ "host": "here" }], "sequencers": [{ "host": "there" }], "replicas": [{ "host": "here" }],
              "tls": { "folder": "certs" }, "access": "open"
            }
            """);
        KeyFile.Create(folder.File("cluster.key"), Dams.Ordering.Transport.KeyRing.Generate());
        using var process = TestProcess.Start(NodeRole.Sequencer, "--id", "sequencer1", "--config", folder.File("dams.json"));
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.PortInUse));
        Assert.That(process.Errors, Does.Contain("198.51.100.2, the address of sequencer1, is not an address of this machine: "
            + "sequencer1 stands on there, so start it there, or change $.hosts.there in dams.json"));
    }
}
