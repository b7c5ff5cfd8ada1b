using System.Diagnostics;
using System.Globalization;

namespace Dams.Tests.Processes;

/// <summary>
/// The datagrams of a replica are cut for some seconds, under load. Its process and its disk are well, and it answers managers over HTTP.
/// It must catch up, and must not be replaced.
/// </summary>
[Parallelizable]
internal sealed class GlitchTests : ClusterFixture
{
    private const int Clients = 8;
    private const int Replica = 3;

    // Three replacements in ten minutes would leave the seat to the operator, so four cuts are more than enough.
    private static readonly int[] s_seconds = [5, 5, 5, 15];

    private static readonly TimeSpan s_catchUpMax = TimeSpan.FromSeconds(10);

    protected override Task<TestCluster> StartAsync() => TestCluster.UpAsync(isLab: true);

    [Test]
    public async Task A_replica_that_is_cut_off_again_and_again_catches_up_and_is_not_replaced()
    {
        var cluster = await ClusterAsync();
        var before = await cluster.IsWholeAsync();
        var agreedBefore = await cluster.Managers.LastEventAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients);
        await clients.AnsweredAsync(100);
        foreach (var seconds in s_seconds)
        {
            var begin = await cluster.StatusAsync();
            await cluster.FaultAsync($"partition {Replica}|1,2,4,sequencer1,sequencer2,frontend1");
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            await cluster.HealAsync();
            var healed = Stopwatch.GetTimestamp();
            var missed = (await cluster.StatusAsync()).Replicas.Max(replica => replica.Executed) - begin.Replicas[Replica - 1].Executed;
            await cluster.StatusAsync(status =>
                status.Replicas[Replica - 1].Executed >= status.Replicas.Max(other => other.Executed) - Clients);
            var took = Stopwatch.GetElapsedTime(healed);
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"cut for {seconds} s, {missed} entries missed: caught up after {took.TotalSeconds:F1} s"));
            Assert.That(took, Is.LessThan(s_catchUpMax));
        }

        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        var agreed = await cluster.Managers.SayAsync(status => status.Replacing is null && AgreedByManagers.IsSettled(
            [.. status.Events.Where(happening => happening.Number > agreedBefore)], $"replica{Replica}"));
        var told = agreed.Events.Where(happening => happening.Number > agreedBefore).ToList();
        TestContext.Out.WriteLine($"the managers' events:{AgreedByManagers.Tell(told)}");
        Assert.That(told.Select(happening => happening.Kind), Does.Contain("suspicion"), "nobody has missed the replica");
        Assert.That(told.Where(happening => happening.Kind == "replacementDecided"), Is.Empty);
        var after = await cluster.IsWholeAsync();
        Assert.That(after.Replicas.Select(replica => replica.Incarnation),
            Is.EqualTo(before.Replicas.Select(replica => replica.Incarnation)));
    }
}
