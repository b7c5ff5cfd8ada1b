using Dams.Contracts.Domain;
using Dams.Hosting.Cluster;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes;

/// <summary>Every fault of the fault lab, in a running cluster. Clients notice none of them.</summary>
[Parallelizable]
internal sealed class FaultLabTests : ClusterFixture
{
    private const int Clients = 4;
    private const int Liar = 3;

    protected override Task<TestCluster> StartAsync() => TestCluster.UpAsync(isLab: true);

    [TearDown]
    public async Task Heal()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status != NUnit.Framework.Interfaces.TestStatus.Failed)
            await (await ClusterAsync()).HealAsync();
    }

    // Two lies in a row don't lead to a replacement, so the next test can use the cluster.
    [TestCase("outcome", 2)]
    [TestCase("field", 2)]
    [TestCase("stale", 2)]
    [TestCase("late", 2)]
    [TestCase("two-faced", 0)]
    [TestCase("number", 0)]
    public async Task A_lie_is_outvoted_and_stored_unless_only_the_front_end_is_lied_to(string kind, int stored)
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 1);
        await clients.AnsweredAsync(50);
        var before = await cluster.StatusAsync();
        await cluster.FaultAsync($"lie {Liar} --kind {kind} --count 2");
        await cluster.StatusAsync(status => status.Replicas[Liar - 1].Wrong >= before.Replicas[Liar - 1].Wrong + 2);
        await clients.AnsweredAsync(20);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");

        var whole = await cluster.IsWholeAsync();
        // When a client repeats a call, the liar sends the same wrong reply again. It counts as wrong again, but it is no further lie.
        Assert.That(
            whole.Replicas.Select((replica, i) => replica.Wrong > before.Replicas[i].Wrong),
            Is.EqualTo(new[] { false, false, true, false }));
        var first = clients.History.Calls.Min(call => call.Sequence);
        Assert.That(await DifferentStoredRepliesAsync(cluster, first, whole.Sequence!.Value), Is.EqualTo(stored));
    }

    [Test]
    public async Task A_lie_about_the_state_shows_in_the_digest_but_in_no_reply()
    {
        var cluster = await ClusterAsync();
        var before = await cluster.IsWholeAsync();
        await cluster.FaultAsync($"lie {Liar} --kind state");
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 2);
        await clients.AnsweredAsync(20);
        await clients.CheckAsync();
        // The digest differs, unless the managers have already found it at a checkpoint and replaced the liar.
        await cluster.StatusAsync(status => status.Replicas[Liar - 1].Incarnation != before.Replicas[Liar - 1].Incarnation
            || (status.Replicas[Liar - 1].DigestAt == status.Replicas[0].DigestAt
                && status.Replicas[Liar - 1].Digest != status.Replicas[0].Digest));
        await cluster.HealAsync();
        var after = await cluster.IsWholeAsync();
        Assert.That(after.Counters.WrongReplies, Is.EqualTo(before.Counters.WrongReplies));
    }

    [Test]
    public async Task Two_equal_lies_divide_the_vote_and_raise_an_alarm_but_accuse_nobody()
    {
        var cluster = await ClusterAsync();
        var before = await cluster.IsWholeAsync();
        await cluster.FaultAsync($"lie {Liar} --kind field");
        await cluster.FaultAsync("lie 4 --kind field");
        var client = cluster.Client();
        // Retry, because a reply may come so late that its replica counts as silent instead.
        await Eventually.IsTrueAsync(() =>
        {
            client.ListAppointmentAvailabilityAsync("MTLA0001", AppointmentType.Dental).GetAwaiter().GetResult();
            var status = cluster.StatusAsync().GetAwaiter().GetResult();
            return status.Alarms.Any(alarm => alarm.Contains("divided") && alarm.Contains("{1,2} against {3,4}; nobody is accused"))
                && status.Events.Any(happened => happened is { Kind: "divergence", Node: "frontend1" });
        });
        await cluster.HealAsync();
        var after = await cluster.IsWholeAsync();
        Assert.That(
            after.Replicas.Select(replica => replica.Incarnation), Is.EqualTo(before.Replicas.Select(replica => replica.Incarnation)));
        Assert.That(after.Counters.Divergences, Is.GreaterThan(before.Counters.Divergences));
    }

    [Test]
    public async Task Calls_go_on_while_one_replica_lies_and_another_is_paused()
    {
        var cluster = await ClusterAsync();
        await cluster.IsWholeAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 3);
        await clients.AnsweredAsync(20);
        var before = await cluster.StatusAsync();
        await cluster.FaultAsync($"lie {Liar} --kind outcome --count 2");
        await cluster.FaultAsync("pause 2 1s");
        await clients.AnsweredAsync(50);
        var after = await cluster.StatusAsync(status => status.Replicas[1].Silent > before.Replicas[1].Silent
            && status.Replicas[Liar - 1].Wrong > before.Replicas[Liar - 1].Wrong);
        await cluster.FaultAsync("slow 4 50ms");
        await clients.AnsweredAsync(20);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        Assert.That(after.Replicas[3].Wrong, Is.EqualTo(before.Replicas[3].Wrong));
        await cluster.IsWholeAsync();
    }

    [Test]
    public async Task Crashed_processes_are_restarted_and_a_standby_takes_over_from_a_killed_sequencer()
    {
        var cluster = await ClusterAsync();
        var before = await cluster.IsWholeAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 4);
        await clients.AnsweredAsync(20);
        Assert.That(await cluster.FaultAsync("crash 2"), Does.Contain($"replica2, process {before.Replicas[1].ProcessId}, is killed"));
        await cluster.FaultAsync("crash manager4");
        await clients.AnsweredAsync(20);
        Assert.That(await cluster.FaultAsync("kill sequencer"), Does.StartWith(before.Sequencer!.Id!));
        await clients.AnsweredAsync(50);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        await cluster.StatusAsync(status => status.Epoch != before.Epoch
            && status.Replicas[1] is { State: "active" } back && back.ProcessId != before.Replicas[1].ProcessId
            && status.Managers.All(manager => manager.State == "active"));
        await cluster.IsWholeAsync();
    }

    [Test]
    public async Task The_lab_returns_after_a_crash_of_its_front_end_and_paused_processes_resume()
    {
        var cluster = await ClusterAsync();
        await cluster.IsWholeAsync();
        var before = cluster.ProcessOf("frontend1");
        await cluster.FaultAsync("pause 3 10m");
        await cluster.FaultAsync("crash fe1");
        await cluster.StatusAsync(status => status.ProcessId != before.ProcessId);
        await cluster.IsWholeAsync();
    }

    [Test]
    public async Task Partitioned_replicas_go_on_and_a_sequencer_that_nobody_hears_is_deposed()
    {
        var cluster = await ClusterAsync();
        var before = await cluster.IsWholeAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 5);
        await cluster.FaultAsync("partition 1,2|3,4");
        await clients.AnsweredAsync(50);
        var (leading, standby) = (before.Sequencer!.Id, before.Sequencer.Standbys[0]);
        await cluster.FaultAsync($"partition {leading}|1,2,3,4,{standby},frontend1");
        await clients.AnsweredAsync(50);
        await cluster.StatusAsync(status => status.Sequencer!.Id == standby);
        await cluster.HealAsync();
        await clients.AnsweredAsync(20);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        await cluster.IsWholeAsync();
    }

    [Test]
    public async Task Clients_notice_nothing_when_the_network_loses_duplicates_corrupts_and_reorders()
    {
        var cluster = await ClusterAsync();
        var before = await cluster.IsWholeAsync();
        var clients = await BookingClients.StartAsync(cluster, 8, seed: 7);
        foreach (var fault in (string[])["drop 10", "duplicate 10", "corrupt 5", "delay 0ms --jitter 10ms"])
            await cluster.FaultAsync(fault);
        await clients.AnsweredAsync(300);
        Assert.That(await cluster.FaultAsync("show"), Does.Match("\"corrupted\": [1-9]")
            .And.Match("\"duplicated\": [1-9]").And.Match("\"lost\": [1-9]"));
        await cluster.HealAsync();
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        var whole = await cluster.IsWholeAsync();
        Assert.That(whole.Counters.WrongReplies, Is.EqualTo(before.Counters.WrongReplies));
    }

    [Test]
    public async Task The_lab_shows_its_faults_until_they_are_healed()
    {
        var cluster = await ClusterAsync();
        foreach (var fault in (string[])["lie 1 --kind stale --count 5", "slow 2 20ms", "accuse 4", "drop 1 --from seq1"])
            await cluster.FaultAsync(fault);
        var shown = await cluster.FaultAsync("show");
        string[] parts = ["\"lie\": \"stale\"", "\"left\": 5", "\"slow\": \"20ms\"", "\"accused\": 4", "drop 1 % from sequencer1"];
        foreach (var part in parts)
            Assert.That(shown, Does.Contain(part));
        await cluster.HealAsync();
        shown = await cluster.FaultAsync("show");
        foreach (var part in (string[])["\"lie\"", "\"slow\"", "\"accused\"", "drop"])
            Assert.That(shown, Does.Not.Contain(part));
    }

    /// <summary>Counts the entries for which the liar has stored another reply than an honest replica.</summary>
    private static async Task<int> DifferentStoredRepliesAsync(TestCluster cluster, long from, long to)
    {
        using var clients = new ReplicaClients(cluster.Topology);
        var different = 0;
        for (var sequence = from; sequence <= to; sequence++)
        {
            var (lied, honest) = (await clients.Of(Liar).GetReplyAsync(sequence), await clients.Of(1).GetReplyAsync(sequence));
            if (lied.ResultDigest != honest.ResultDigest)
                different++;
        }

        return different;
    }
}
