using System.Globalization;

namespace Dams.Tests.Processes;

/// <summary>
/// Kills and hangs in random combinations, more than the fault model grants: then calls may have to wait, but nothing is lost and nothing is done twice, and
/// when the victims are back, all are equal again. <c>DAMS_CHAOS_ROUNDS</c> says how many rounds, <c>DAMS_CHAOS_SEED</c> which.
/// </summary>
[Parallelizable]
internal sealed class ChaosTests : ClusterFixture
{
    private const int RoundsByDefault = 6;
    private const int Clients = 8;
    private const int VictimsMax = 3;

    [Test]
    public async Task Whatever_is_killed_or_hangs_nothing_is_lost_or_done_twice_and_all_replicas_are_equal_again()
    {
        var seed = Variable("DAMS_CHAOS_SEED") ?? 1;
        var rounds = Variable("DAMS_CHAOS_ROUNDS") ?? RoundsByDefault;
        var random = new Random(seed);
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed);
        var ids = cluster.Topology.Nodes.Select(node => node.Id.ToString()).ToArray();
        for (var round = 1; round <= rounds; round++)
        {
            random.Shuffle(ids);
            var victims = ids[..random.Next(1, VictimsMax + 1)];
            var killed = victims[..random.Next(victims.Length + 1)];
            var paused = victims[killed.Length..];
            var during = random.Next(100);
            TestContext.Out.WriteLine($"round {round} at {clients.Now}: {clients.History.Calls.Count} calls; kill {string.Join(", ", killed)}; pause {string.Join(", ", paused)}");
            await clients.AnsweredAsync(random.Next(200));
            cluster.Pause(paused);
            cluster.Kill(killed);
            // As long as calls are answered, some of them while the victims are away.
            await Task.WhenAny(clients.AnsweredAsync(during), Task.Delay(TimeSpan.FromSeconds(random.Next(1, 4))));
            cluster.Resume();
            await cluster.StatusAsync(_ => cluster.Running().Count == ids.Length);
        }

        await clients.AnsweredAsync(100);
        await clients.CheckAsync();
        await cluster.IsWholeAsync();
        Assert.That((await cluster.StatusAsync()).Counters.WrongReplies, Is.Zero);
    }

    private static int? Variable(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
