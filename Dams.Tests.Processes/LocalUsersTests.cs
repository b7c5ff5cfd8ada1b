using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using Dams.Hosting.Processes;
using Dams.Ordering;
using Dams.Tests.Cli;

namespace Dams.Tests.Processes;

/// <summary>Other users of the machine, and pages in their browsers, can do nothing to a running cluster.</summary>
[UnsupportedOSPlatform("windows")]
[Platform("Linux")]
[Parallelizable]
internal sealed class LocalUsersTests : ClusterFixture
{
    private const UnixFileMode OfOthers = (UnixFileMode)0x3F;

    // Longer than managers need to replace a replica that is dead.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(25);

    [Test]
    public async Task Everything_that_a_cluster_keeps_is_its_owners_only()
    {
        var cluster = await ClusterAsync();
        var readable = Directory.EnumerateFileSystemEntries(cluster.File(), "*", SearchOption.AllDirectories)
            .Append(cluster.File()).Where(path => (File.GetUnixFileMode(path) & OfOthers) != 0);
        Assert.That(readable, Is.Empty);
        foreach (var (id, process) in cluster.Running())
        {
            var status = await File.ReadAllLinesAsync($"/proc/{process.ProcessId}/status");
            Assert.That(status.Single(line => line.StartsWith("Umask:", StringComparison.Ordinal)), Is.EqualTo("Umask:\t0077"), id);
        }
    }

    // Earlier, a page whose name leads to loopback by now could book, and could read the status.
    [Test]
    public async Task No_process_answers_under_the_name_of_a_foreign_page()
    {
        var cluster = await ClusterAsync();
        var topology = cluster.Topology;
        var addresses = topology.Nodes.Where(node => node.Id.Role != NodeRole.Sequencer).Select(node => node.Listen)
            .Append(topology.Control).ToList();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var address in addresses)
        {
            foreach (var path in (string[])
                ["/", "/status", "/events", "/AppointmentService?wsdl", "/ReplicaService?wsdl", "/snapshot?sequence=1", "/lab"])
            {
                var url = new Uri(address.ToHttpUri(), path);
                Assert.That(await StatusAsync(url, "rebound.example.org"), Is.EqualTo(HttpStatusCode.MisdirectedRequest), $"{url}");
                if (path != "/events")
                    Assert.That(await StatusAsync(url, "localhost:1"), Is.Not.EqualTo(HttpStatusCode.MisdirectedRequest), $"{url}");
            }
        }

        async Task<HttpStatusCode> StatusAsync(Uri url, string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Host = host } };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return answer.StatusCode;
        }
    }

    [Test]
    public async Task Orders_need_the_token_and_the_tool_has_it()
    {
        var cluster = await ClusterAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var addresses = cluster.Topology.Managers.SelectMany(manager => (string[])
            [$"http://{manager.Listen}/leave?force", $"http://{manager.Listen}/skip?seq=1"])
            .Append(new Uri(cluster.Topology.Control.ToHttpUri(), "/shutdown").ToString());
        foreach (var address in addresses)
        {
            using var without = await http.PostAsync(new Uri(address), new StringContent("{}", null, "application/json"));
            Assert.That(without.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), address);
            Assert.That(await without.Content.ReadAsStringAsync(), Does.Contain(cluster.File("orders.token")));
        }

        var run = await CliRun.OfAsync("skip", "1", "--url", cluster.Service.ToString());
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Errors);
        Assert.That(run.Errors, Does.StartWith("entry 1 is not skipped: "));
    }

    // Earlier, the replica ended with 75 at each restart, and the managers replaced it.
    [Test]
    public async Task A_replica_whose_folder_a_foreign_process_has_locked_is_an_alarm_and_is_not_replaced()
    {
        var cluster = await ClusterAsync();
        await cluster.IsWholeAsync();
        var before = (await cluster.StatusAsync()).Replicas[2];
        var file = Path.Combine(cluster.FolderOf("replica3"), "replica3.lock");
        var clients = await BookingClients.StartAsync(cluster, 4, seed: 5);
        using var foreign = await LockAsync(cluster, file);
        try
        {
            var alarmed = await cluster.StatusAsync(status => status.Alarms.Any(alarm => alarm.Contains(file, StringComparison.Ordinal)));
            Assert.That(alarmed.Alarms.Single(alarm => alarm.Contains(file, StringComparison.Ordinal)),
                Does.StartWith($"replica3 can't run: {file} is locked by process {foreign.Id}, and no replica3 runs on that folder"));
            var began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < s_patience)
            {
                await clients.AnsweredAsync(20);
                var status = await cluster.StatusAsync();
                Assert.That(status.EventCounts.GetValueOrDefault("replacementDecided"), Is.Zero);
                Assert.That(status.Alarms, Has.Some.Contains(file));
            }
        }
        finally
        {
            foreign.Kill();
        }

        await cluster.StatusAsync(status => status.Replicas[2] is { State: "active" } back && back.Incarnation == before.Incarnation
            && !status.Alarms.Any(alarm => alarm.Contains(file, StringComparison.Ordinal)), TimeSpan.FromSeconds(60));
        await clients.CheckAsync();
        await cluster.IsWholeAsync();
    }

    [Test]
    public async Task Another_user_can_neither_read_nor_lock_anything()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("to act as another user needs root");
        var cluster = await ClusterAsync();
        foreach (var command in (string[])
            [
                $"ls {cluster.File()}", $"cat {cluster.File("dams.json")}", $"cat {cluster.File("orders.token")}",
                $"flock -n -s {cluster.File("replica1", "replica1.lock")} true", $"flock -n -s {cluster.File("up.lock")} true",
            ])
        {
            using var foreign = Process.Start(new ProcessStartInfo(
                "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", command])
            {
                RedirectStandardError = true,
            })!;
            var said = await foreign.StandardError.ReadToEndAsync();
            await foreign.WaitForExitAsync();
            Assert.That(foreign.ExitCode, Is.Not.Zero, command);
            Assert.That(said, Does.Contain("Permission denied"), command);
        }
    }

    // The lock is free for a moment only, between the end of the process and its next start.
    private static async Task<Process> LockAsync(TestCluster cluster, string file)
    {
        for (var tries = 0; tries < 20; tries++)
        {
            var foreign = Process.Start("flock", ["-s", "--no-fork", "-w", "20", file, "sleep", "1000"]);
            cluster.Kill("replica3");
            for (var i = 0; i < 40 && !foreign.HasExited; i++)
            {
                await Task.Delay(50);
                if (LockHolders.Of(file).SequenceEqual([foreign.Id]))
                    return foreign;
                if (cluster.Find("replica3") is not null)
                    break;
            }

            foreign.Kill();
            await cluster.StatusAsync(status => status.Replicas[2].State == "active", TimeSpan.FromSeconds(60));
        }

        throw new InvalidOperationException("the lock was never free");
    }
}
