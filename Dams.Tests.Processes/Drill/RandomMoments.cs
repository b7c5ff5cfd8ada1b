using System.Globalization;

namespace Dams.Tests.Processes.Drill;

/// <summary>Sends <c>kill -9</c> at random moments of rare phases: starts, joins and snapshots. The seed decides the moments.</summary>
internal static class RandomMoments
{
    private const int Clients = 4;
    private const int StartMsMax = 1_500;
    private const int JoinMsMax = 4_000;
    private const int UpMsMax = 8_000;
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(90);

    /// <summary>Kills a replica, then repeatedly kills the process that is started in its place, during the start.</summary>
    public static async Task OfAStartAsync(TestCluster cluster, int replica, int times, int seed)
    {
        var random = new Random(seed);
        var clients = await BookingClients.StartAsync(cluster, Clients, seed);
        await clients.AnsweredAsync(50);
        cluster.Kill($"replica{replica}");
        for (var i = 0; i < times; i++)
            await KillAfterAsync(cluster, $"replica{replica}", random.Next(StartMsMax), "of a start");
        await EndAsync(cluster, clients);
    }

    /// <summary>
    /// Orders a replica out, and kills the victim while the new incarnation joins. The victim is the joiner, or a replica that writes the
    /// snapshot for it.
    /// </summary>
    public static async Task OfAJoinAsync(TestCluster cluster, int joiner, int victim, int seed)
    {
        var random = new Random(seed);
        var clients = await BookingClients.StartAsync(cluster, Clients, seed);
        await clients.AnsweredAsync(50);
        var before = (await cluster.StatusAsync()).Replicas[joiner - 1];
        var run = await Cli.CliRun.OfAsync(
            "member", "leave", joiner.ToString(CultureInfo.InvariantCulture), "--url", cluster.Service.ToString());
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        await KillAfterAsync(cluster, $"replica{victim}", random.Next(JoinMsMax), $"of the join of replica{joiner}");
        await cluster.StatusAsync(
            status => status.Replicas[joiner - 1] is { IsVoting: true } now && now.Incarnation != before.Incarnation, s_backWithin);
        await EndAsync(cluster, clients);
    }

    /// <summary>Starts the cluster and kills all its processes during the start, a number of times. Then starts it once more.</summary>
    public static async Task OfAStartOfEverythingAsync(TestCluster cluster, int times, int seed)
    {
        var random = new Random(seed);
        var clients = await BookingClients.StartAsync(cluster, Clients, seed);
        await clients.AnsweredAsync(100);
        await cluster.KillAllAsync();
        for (var i = 0; i < times; i++)
        {
            var after = random.Next(UpMsMax);
            TestContext.Out.WriteLine($"drill: kill -9 of all processes {after} ms after the start of the cluster (seed {seed})");
            var up = cluster.UpAgainAsync();
            await Task.WhenAny(up, Task.Delay(after));
            await cluster.KillAllAsync();
            try
            {
                await up;
            }
            catch (TimeoutException)
            {
                // The cluster was killed before it was ready.
            }
        }

        await cluster.UpAgainAsync();
        await EndAsync(cluster, clients);
    }

    private static async Task KillAfterAsync(TestCluster cluster, string id, int after, string ofWhat)
    {
        await Task.Delay(after);
        var isThere = cluster.Find(id) is not null;
        TestContext.Out.WriteLine($"drill: kill -9 of {id} after {after} ms {ofWhat}{(isThere ? "" : "; it had no process then")}");
        if (isThere)
            cluster.Kill(id);
    }

    private static async Task EndAsync(TestCluster cluster, BookingClients clients)
    {
        await cluster.StatusAsync(_ => cluster.Running().Count == cluster.Topology.Nodes.Count(), s_backWithin);
        await clients.AnsweredAsync(50);
        await clients.CheckAsync();
        await cluster.IsWholeAsync(s_backWithin, isDegradedToo: true);
    }
}
