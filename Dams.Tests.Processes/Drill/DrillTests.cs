using Dams.Cli;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes.Drill;

/// <summary>
/// The short form of the fault drill, on one cluster. That cluster runs in a time zone where it is already tomorrow, in a locale that
/// writes the capital i with a dot, and with clocks that the test shifts. In each case no acknowledged booking is lost, and the cluster
/// comes back by itself. <see cref="LongDrillTests"/> has all cases.
/// </summary>
[Parallelizable]
internal sealed class DrillTests : ClusterFixture
{
    private readonly OtherProcess _otherProcess = new();
    private ShiftedClock? _clock;
    private string? _noClock;

    protected override async Task<TestCluster> StartAsync()
    {
        var cluster = TestCluster.Unstarted();
        try
        {
            cluster.Variables["TZ"] = "Pacific/Kiritimati";
            cluster.Variables["LC_ALL"] = "tr_TR.UTF-8";
            _clock = ShiftedClock.TryMake(cluster, out _noClock);
            // A crash has left this pid file. Then the machine has restarted, and another process has got the number.
            Directory.CreateDirectory(cluster.FolderOf("manager2"));
            var recycled = _otherProcess.Identity with { StartTicks = 1 };
            await File.WriteAllTextAsync(PidFile.PathOf(cluster.FolderOf("manager2"), "manager2"), recycled + "\n");
            await cluster.UpAgainAsync();
            return cluster;
        }
        catch
        {
            cluster.WriteLogs(TestContext.Out);
            await cluster.DisposeAsync();
            throw;
        }
    }

    [OneTimeTearDown]
    public void EndOtherProcess() => _otherProcess.Dispose();

    // Each seat is replaced at most twice. After a third replacement within ten minutes it would be degraded and left to the operator.
    [TestCase("the log bit-flipped in the middle of its durable part", 1)]
    [TestCase("file 'flushed' deleted", 4)]
    public async Task A_replica_whose_files_are_damaged_comes_back(string damage, int replica) =>
        await DamagedFolder.OfReplicaAsync(await ClusterAsync(), replica, Damage.Of(Damage.ToReplica, damage), seed: replica);

    [Test]
    public async Task A_replica_whose_snapshots_are_damaged_comes_back()
    {
        var cluster = await ClusterAsync();
        await DamagedFolder.HaveSnapshotsAsync(cluster, joiner: 4);
        await DamagedFolder.OfReplicaAsync(cluster, 1, Damage.Of(Damage.ToReplica, "a snapshot bit-flipped in the middle"), seed: 5);
    }

    [Test]
    public async Task A_manager_whose_files_are_damaged_joins_its_group_again()
    {
        var cluster = await ClusterAsync();
        var toLog = Damage.Of(Damage.ToManager, "the log bit-flipped in the middle of its durable part");
        await DamagedFolder.OfManagerAsync(cluster, 3, toLog);
        var toAgreedState = Damage.Of(Damage.ToAgreedState, "agreed.json truncated in the middle");
        await DamagedFolder.OfManagerAsync(cluster, 3, toAgreedState);
    }

    [Test]
    public async Task A_second_start_of_a_process_by_hand_is_refused_and_the_first_goes_on()
    {
        var cluster = await ClusterAsync();
        await cluster.IsWholeAsync(isDegradedToo: true);
        var before = cluster.Running();
        foreach (var (role, id) in new[]
        {
            (NodeRole.Replica, "replica1"), (NodeRole.Manager, "manager1"),
            (NodeRole.Sequencer, "sequencer2"), (NodeRole.FrontEnd, "frontend1"),
        })
        {
            using var second = TestProcess.Start(role, "--config", cluster.File("dams.json"), "--id", id);
            Assert.That(await second.ExitAsync(), Is.EqualTo(ExitCodes.AlreadyRunning), second.Errors);
            Assert.That(second.Errors, Is.EqualTo($"{id} already runs on {cluster.FolderOf(id)}, as process {before[id].ProcessId}"));
        }

        using var up = TestProcess.StartDams(
            "up", "--data", cluster.File(), "--address", cluster.Topology.FrontEnds[0].Listen.Address.ToString());
        Assert.That(await up.ExitAsync(), Is.EqualTo(CliExitCodes.Usage));
        Assert.That(up.Errors, Does.StartWith($"a cluster already runs on {cluster.File()}, under process ")
            .And.EndsWith(": stop it, or choose another --data"));
        Assert.That(cluster.Running(), Is.EquivalentTo(before));
        await cluster.IsWholeAsync(isDegradedToo: true);
    }

    [Test]
    public async Task Clocks_that_jump_a_day_forward_and_back_change_nothing()
    {
        var cluster = await ClusterAsync();
        Assume.That(_clock, Is.Not.Null, _noClock);
        var clock = _clock!;
        var before = await cluster.IsWholeAsync(isDegradedToo: true);
        var clients = await BookingClients.StartAsync(cluster, 4, seed: 6);
        foreach (var hours in new[] { 24, 0, -24, 0 })
        {
            clock.Set(TimeSpan.FromHours(hours));
            await clients.AnsweredAsync(150);
        }

        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        var after = await cluster.IsWholeAsync(isDegradedToo: true);
        Assert.That(
            after.Replicas.Select(replica => (replica.Incarnation, replica.ProcessId)),
            Is.EqualTo(before.Replicas.Select(replica => (replica.Incarnation, replica.ProcessId))));
        Assert.That(after.Epoch, Is.EqualTo(before.Epoch), "the same epoch as before");
    }

    [Test]
    public async Task The_tool_works_in_a_turkish_locale_and_a_time_zone_where_it_is_tomorrow()
    {
        var cluster = await ClusterAsync();
        await cluster.EmptyAsync();
        foreach (var (line, output) in new[]
        {
            ("add MTLE210422 physician 2 --as MTLA1234", "Added"), ("book MTLP1234 MTLE210422 PHYSICIAN", "Booked"),
            ("schedule MTLP1234", "MTLE210422"), ("status", "active"),
        })
        {
            using var tool = TestProcess.StartDams(cluster.Variables, [.. line.Split(' '), "--url", cluster.Service.ToString()]);
            Assert.That(await tool.ExitAsync(), Is.Zero, tool.Errors);
            Assert.That(tool.Output, Does.Contain(output), line);
        }
    }

    [Test]
    public async Task An_unrelated_process_with_the_recycled_pid_of_a_dead_process_is_left_alone()
    {
        await ClusterAsync();
        Assert.That(_otherProcess.IsAlive, Is.True);
    }

    [Test]
    public async Task The_tool_ends_when_the_reader_of_its_pipe_is_gone()
    {
        var cluster = await ClusterAsync();
        using var watch = TestProcess.StartDamsInShell(
            $"status --watch --json --url {cluster.Service}", "| head -c 1; echo; echo done >&2");
        await Eventually.IsTrueAsync(() => watch.HasExited, "the pipeline has ended");
    }

    [Test]
    [Explicit("takes half a minute; the chaos tests kill at random moments in every test run")]
    public async Task Kills_at_random_moments_of_starts_and_joins_lose_nothing()
    {
        var cluster = await ClusterAsync();
        const int seed = 1;
        await RandomMoments.OfAStartAsync(cluster, replica: 2, times: 2, seed);
        await RandomMoments.OfAJoinAsync(cluster, joiner: 3, victim: 3, seed);
        await RandomMoments.OfAStartOfEverythingAsync(cluster, times: 1, seed);
    }
}
