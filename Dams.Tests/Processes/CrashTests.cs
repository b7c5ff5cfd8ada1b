using Dams.Tests.Hosting;

namespace Dams.Tests.Processes;

/// <summary>kill -9 of each role under load: no acknowledged booking is lost, none is done twice, and what can go on goes on.</summary>
internal sealed class CrashTests : ClusterFixture
{
    private const int Clients = 16;

    /// <summary>What a client may wait for an answer while another sequencer takes over.</summary>
    private static readonly TimeSpan FailOverLimit = TimeSpan.FromSeconds(5);

    [Test]
    public async Task A_killed_replica_is_not_missed_and_comes_back_with_all_that_happened_meanwhile()
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 1);
        await clients.AnsweredAsync(300);
        var before = await cluster.StatusAsync(status => status.Replicas[2].Restarts is not null);
        var killed = cluster.Kill("replica3").Single();
        await clients.AnsweredAsync(300);
        var back = await cluster.StatusAsync(status => status.Replicas[2].State == "active" && status.Replicas[2].ProcessId != killed.ProcessId && status.Replicas[2].Restarts is not null);
        Assert.That(back.Replicas[2].Restarts, Is.GreaterThan(before.Replicas[2].Restarts!.Value), "on a busy machine it may be replaced, too, because it was too slow to come back");
        await clients.AnsweredAsync(100);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        await cluster.IsWholeAsync();
    }

    [Test]
    public async Task Calls_only_take_longer_when_the_active_sequencer_is_killed()
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 2);
        await clients.AnsweredAsync(300);
        var before = await cluster.StatusAsync();
        cluster.Kill(before.Sequencer!.Id!);
        await clients.AnsweredAsync(300);
        await clients.CheckAsync();
        var calls = clients.History.Calls;
        Assert.That(calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        Assert.That(calls.Max(call => call.Took), Is.LessThan(FailOverLimit));
        var after = await cluster.IsWholeAsync();
        // Which of the two it is now depends on how fast the killed one was started again.
        Assert.That(after.Epoch, Is.Not.EqualTo(before.Epoch));
        Assert.That(after.Counters.Failovers, Is.GreaterThan(before.Counters.Failovers));
    }

    [Test]
    public async Task A_sequencer_that_hangs_is_followed_by_the_next_one_and_orders_nothing_when_it_goes_on()
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 6);
        await clients.AnsweredAsync(300);
        var before = await cluster.StatusAsync();
        cluster.Pause(before.Sequencer!.Id!);
        await clients.AnsweredAsync(300);
        var after = await cluster.StatusAsync(status => status.Sequencer!.Id != before.Sequencer.Id);
        cluster.Resume();
        await clients.AnsweredAsync(300);
        await clients.CheckAsync();
        var calls = clients.History.Calls;
        Assert.That(calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        Assert.That(calls.Max(call => call.Took), Is.LessThan(FailOverLimit));
        var whole = await cluster.IsWholeAsync();
        Assert.That((whole.Sequencer!.Id, whole.Epoch), Is.EqualTo((after.Sequencer!.Id, after.Epoch)), "the one that went on has deposed nobody");
    }

    [Test]
    public async Task Clients_of_a_killed_front_end_repeat_their_calls_and_each_is_done_once()
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 3);
        await clients.AnsweredAsync(300);
        cluster.Kill("frontend1");
        await clients.AnsweredAsync(300);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Not.Empty, "calls that were under way");
        await cluster.IsWholeAsync();
    }

    [Test]
    public async Task After_everything_was_killed_at_once_every_acknowledged_booking_is_there()
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 4);
        await clients.AnsweredAsync(300);
        await cluster.KillAllAsync();
        await cluster.UpAgainAsync();
        await clients.AnsweredAsync(100);
        await clients.CheckAsync();
        await cluster.IsWholeAsync();
    }

    [Test]
    public async Task Health_says_when_no_two_replicas_can_answer_and_when_they_can_again()
    {
        var cluster = await ClusterAsync();
        await cluster.IsWholeAsync();
        Assert.That(await cluster.IsHealthyAsync(), Is.True);
        cluster.Pause("replica1", "replica2", "replica4");
        await Eventually.IsTrueAsync(() => !cluster.IsHealthyAsync().GetAwaiter().GetResult());
        cluster.Resume();
        await Eventually.IsTrueAsync(() => cluster.IsHealthyAsync().GetAwaiter().GetResult());
        await cluster.IsWholeAsync();
    }
}
