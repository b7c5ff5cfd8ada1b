using System.Diagnostics;
using System.Globalization;

namespace Dams.Tests.Processes;

/// <summary>
/// Measures how long clients notice a failure. Run by hand, on a machine that does nothing else. <c>DAMS_FAILURE_TIMES</c> sets the
/// number of runs of each failure.
/// </summary>
[Explicit("measures")]
internal sealed class FailureTimes : ClusterFixture
{
    private static readonly int Times = int.TryParse(Environment.GetEnvironmentVariable("DAMS_FAILURE_TIMES"), out var times) ? times : 20;
    private const int Clients = 16;

    [TestCase(true)]
    [TestCase(false)]
    public async Task Longest_call_during_a_failover_of_the_sequencer(bool isKilled)
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, isHasty: true);
        var worst = new List<double>();
        for (var i = 0; i < Times; i++)
        {
            await clients.AnsweredAsync(500);
            var before = await cluster.StatusAsync();
            var began = clients.Now;
            if (isKilled)
                cluster.Kill(before.Sequencer!.Id!);
            else
                cluster.Pause(before.Sequencer!.Id!);
            await cluster.StatusAsync(status => status.Epoch != before.Epoch);
            await clients.AnsweredAsync(100);
            worst.Add(clients.History.Calls.Where(call => call.Ended > began).Max(call => call.Took).TotalMilliseconds);
            cluster.Resume();
            await cluster.StatusAsync(_ => cluster.Running().Count == cluster.Topology.Nodes.Count());
        }

        await clients.CheckAsync();
        Report($"longest call during a failover after {(isKilled ? "kill -9" : "SIGSTOP")} of the active sequencer", worst);
        Assert.That(worst, Has.All.LessThan(3_000), "ms");
    }

    [Test]
    public async Task Time_until_a_killed_replica_has_caught_up()
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, isHasty: true);
        var times = new List<double>();
        for (var i = 0; i < Times; i++)
        {
            await clients.AnsweredAsync(500);
            var replica = i % cluster.Topology.Replicas.Length;
            var began = Stopwatch.GetTimestamp();
            var killed = cluster.Kill($"replica{replica + 1}").Single();
            await cluster.StatusAsync(status => status.Replicas[replica] is { State: "active" } back
                && back.ProcessId != killed.ProcessId
                && back.Executed >= status.Replicas.Max(other => other.Executed) - Clients);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        await clients.CheckAsync();
        await cluster.IsWholeAsync();
        var entries = clients.History.Calls[^1].Sequence;
        Report(string.Create(CultureInfo.InvariantCulture,
            $"time until a killed replica is back, within {Clients} entries of the others; {entries} entries at the end"), times);
        Assert.That(times, Has.All.LessThan(10_000), "ms");
    }

    private static void Report(string what, List<double> milliseconds)
    {
        var all = string.Join(", ", milliseconds.Select(value => value.ToString("F0", CultureInfo.InvariantCulture)));
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"measured {what}: worst {milliseconds.Max():F0} ms, "
            + $"median {milliseconds.Order().ElementAt(milliseconds.Count / 2):F0} ms; {all}"));
    }
}
