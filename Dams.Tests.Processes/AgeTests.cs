using System.Diagnostics;
using System.Globalization;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes;

/// <summary>
/// Measures what a cluster's age costs. After a million ordered requests the logs are bounded, and a replica is back soon after
/// <c>kill -9</c>. Run by hand, in Release, on a machine that does nothing else. <c>DAMS_AGE_CALLS</c> sets the number of requests.
/// </summary>
[Explicit("measures")]
internal sealed class AgeTests : ClusterFixture
{
    private const long SegmentBytes = 64L << 20;

    private static readonly int s_calls =
        int.TryParse(Environment.GetEnvironmentVariable("DAMS_AGE_CALLS"), CultureInfo.InvariantCulture, out var calls) ? calls : 1_000_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    [Test]
    public async Task After_a_million_requests_logs_are_bounded_and_a_restart_takes_under_five_seconds()
    {
        var cluster = await ClusterAsync();
        using var bench = TestProcess.StartDams(
            "bench", "--url", new Uri(cluster.Service, "/").ToString(), "--connections", "64",
            "--calls", s_calls.ToString(CultureInfo.InvariantCulture));
        var began = Stopwatch.GetTimestamp();
        while (!bench.HasExited && Stopwatch.GetElapsedTime(began) < s_patience)
            await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.That(await bench.ExitAsync(), Is.Zero, bench.Errors);
        TestContext.Out.WriteLine(bench.Output);
        foreach (var replica in cluster.Topology.Replicas)
        {
            var log = new DirectoryInfo(cluster.File(replica.Id.ToString(), "log")).EnumerateFiles().Sum(file => file.Length);
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"measured log of {replica.Id}: {log / 1e6:F0} MB"));
            Assert.That(log, Is.LessThanOrEqualTo(4 * SegmentBytes));
        }

        for (var replica = 0; replica < cluster.Topology.Replicas.Length; replica++)
        {
            var before = await cluster.StatusAsync(status => status.Replicas.All(each => each.State == "active"));
            var killed = cluster.Kill($"replica{replica + 1}").Single();
            began = Stopwatch.GetTimestamp();
            var after = await cluster.StatusAsync(status => status.Replicas[replica] is { State: "active" } back
                && back.ProcessId != killed.ProcessId && back.Executed >= before.Replicas[replica].Executed);
            var took = Stopwatch.GetElapsedTime(began);
            var (now, incarnation) = (after.Replicas[replica], before.Replicas[replica].Incarnation);
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"measured {now.Engine} back after kill -9 with {now.Executed} entries executed: {took.TotalSeconds:F1} s"));
            Assert.That(now.Incarnation, Is.EqualTo(incarnation), "the replica came back as the same incarnation");
            Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(5)));
        }
    }
}
