using System.Globalization;

namespace Dams.Tests.Processes.Drill;

/// <summary><c>kill -9</c> at random moments of what a process does only once in a while; the seed says which moments.</summary>
internal static class RandomMoments
{
    private const int Clients = 4;
    private const int StartMsMax = 1_500;
    private const int JoinMsMax = 4_000;
    private const int UpMsMax = 8_000;
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(90);

    /// <summary>Kills a replica, and what is started in its place again and again while it starts.</summary>
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

    /// <summary>Kills a replica that joins, or one of those that write the snapshot which it joins from, in turn.</summary>
    public static async Task OfAJoinAsync(TestCluster cluster, int joiner, int victim, int seed)
    {
        var random = new Random(seed);
        var clients = await BookingClients.StartAsync(cluster, Clients, seed);
        await clients.AnsweredAsync(50);
        var before = (await cluster.StatusAsync()).Replicas[joiner - 1];
        var run = await Cli.CliRun.OfAsync("member", "leave", joiner.ToString(CultureInfo.InvariantCulture), "--url", cluster.Service.ToString());
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        await KillAfterAsync(cluster, $"replica{victim}", random.Next(JoinMsMax), $"of the join of replica{joiner}");
        await cluster.StatusAsync(status => status.Replicas[joiner - 1] is { IsVoting: true } now && now.Incarnation != before.Incarnation, s_backWithin);
        await EndAsync(cluster, clients);
    }

    /// <summary>Kills everything while it starts, and starts it once more.</summary>
    public static async Task OfAStartOfEverythingAsync(TestCluster cluster, int times, int seed)
    {
        var random = new Random(seed);
        var clients = await BookingClients.StartAsync(cluster, Clients, seed);
        await clients.AnsweredAsync(100);
        await cluster.KillAllAsync();
        for (var i = 0; i < times; i++)
        {
            var after = random.Next(UpMsMax);
            TestContext.Out.WriteLine($"drill: kill -9 of everything {after} ms after it was started (seed {seed})");
            var up = cluster.UpAgainAsync();
            await Task.WhenAny(up, Task.Delay(after));
            await cluster.KillAllAsync();
            try
            {
                await up;
            }
            catch (TimeoutException)
            {
                // It was killed before it was ready.
            }
        }

        await cluster.UpAgainAsync();
        await EndAsync(cluster, clients);
    }

    private static async Task KillAfterAsync(TestCluster cluster, string id, int after, string ofWhat)
    {
        await Task.Delay(after);
        var isThere = cluster.Find(id) is not null;
        TestContext.Out.WriteLine($"drill: kill -9 of {id} after {after} ms {ofWhat}{(isThere ? "" : ", which had no process then")}");
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
