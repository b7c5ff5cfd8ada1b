using System.Globalization;

namespace Dams.Tests.Processes;

/// <summary>
/// Random combinations of kills and hangs, more than the fault model allows. Calls may have to wait, but none is lost and none is
/// executed twice. When the victims are back, all replicas are equal again. <c>DAMS_CHAOS_ROUNDS</c> sets the number of rounds,
/// <c>DAMS_CHAOS_SEED</c> the seed.
/// </summary>
[Parallelizable]
internal sealed class ChaosTests : ClusterFixture
{
    private const int RoundsByDefault = 6;
    private const int Clients = 8;
    private const int VictimsMax = 3;

    [Test]
    public async Task Random_kills_and_hangs_lose_nothing_repeat_nothing_and_leave_replicas_equal()
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
            TestContext.Out.WriteLine($"round {round} at {clients.Now}: {clients.History.Calls.Count} calls; "
                + $"kill {string.Join(", ", killed)}; pause {string.Join(", ", paused)}");
            await clients.AnsweredAsync(random.Next(200));
            cluster.Pause(paused);
            cluster.Kill(killed);
            // Wait for some answers while the victims are away. There may be none, so the wait has a limit.
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
