using Dams.Cli.Status;
using Dams.Ordering.Storage;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes;

/// <summary>Who is replaced and who is not, and what becomes of a replacement that meets an obstacle; under load, and no call fails.</summary>
[Parallelizable]
internal sealed class ReplacementTests : ClusterFixture
{
    private const int Clients = 4;

    // More than three replacements of one slot in ten minutes are refused: the tests take turns.
    private TestCluster _cluster = null!;
    private StatusDocument _before = null!;
    private long _agreedBefore;
    private BookingClients _clients = null!;

    protected override Task<TestCluster> StartAsync() => TestCluster.UpAsync(isLab: true);

    [SetUp]
    public async Task StartClients()
    {
        _cluster = await ClusterAsync();
        _before = await _cluster.IsWholeAsync();
        _agreedBefore = await _cluster.Managers.LastEventAsync();
        _clients = await BookingClients.StartAsync(_cluster, Clients);
        await _clients.AnsweredAsync(50);
    }

    [Test]
    public async Task A_replica_that_pauses_for_a_second_is_not_replaced()
    {
        _cluster.Pause("replica4");
        await Task.Delay(TimeSpan.FromSeconds(1));
        _cluster.Resume();
        await NobodyIsReplacedAsync();
    }

    [Test]
    public async Task Nobody_is_replaced_because_a_sequencer_was_killed()
    {
        _cluster.Kill(_before.Sequencer!.Id!);
        await _cluster.StatusAsync(status => status.Epoch != _before.Epoch);
        await NobodyIsReplacedAsync();
    }

    [Test]
    public async Task Nobody_is_replaced_for_having_nothing_to_do()
    {
        await _clients.StopAsync();
        // Longer than a suspect is watched before the vote; there is no other sign of it than that nothing happens.
        await Task.Delay(TimeSpan.FromSeconds(5));
        await NobodyIsReplacedAsync();
    }

    [Test]
    public async Task A_front_end_that_accuses_a_healthy_replica_is_not_believed()
    {
        await _cluster.FaultAsync("accuse 2");
        var events = await _cluster.Managers.TellAsync(_agreedBefore, "replica2", "dismissed");
        events = await _cluster.Managers.TellAsync(_agreedBefore, "replica2", "alarm");
        await _cluster.HealAsync();
        Assert.That(events.Select(happening => happening.Kind), Does.Contain("verdict").And.Contain("suspicion"));
        await NobodyIsReplacedAsync();
    }

    [Test]
    public async Task A_replica_whose_log_is_destroyed_comes_back_as_a_new_incarnation()
    {
        await KillAndBreakAsync(3, folder =>
        {
            // Under a long load the first one is trimmed away.
            var segments = Directory.GetFiles(Path.Combine(folder, "log"), "*" + LogSegment.Extension);
            Assert.That(segments, Is.Not.Empty);
            foreach (var segment in segments)
                Destroy(segment);
        });
        await IsReplacedAsync(3);
    }

    [Test]
    public async Task A_replica_that_has_no_folder_to_begin_in_is_shown_as_being_replaced_while_three_go_on_and_comes_back_when_it_has_one()
    {
        var folder = _cluster.Topology.FindReplica(2)!.DataFolder;
        await KillAndBreakAsync(2, _ =>
        {
            Directory.Move(folder, folder + ".away");
            File.WriteAllText(folder, "a file where a folder should be");
        });
        var shown = await _cluster.Managers.SayAsync(status => status is { Id: "manager2", Replacing.Replica: "replica2", Replica.ProcessId: null });
        Assert.That(shown.Replica.LastExitCode, Is.Not.Zero);
        var status = await _cluster.StatusAsync(status => status.Replicas[1].State != "active");
        Assert.That(status.ActiveReplicas, Is.EqualTo(3));
        await _clients.AnsweredAsync(200);
        File.Delete(folder);
        await IsReplacedAsync(2);
    }

    [Test]
    public async Task A_replica_that_hangs_is_replaced()
    {
        await _cluster.FaultAsync("pause 2 20s");
        await _cluster.Managers.TellAsync(_agreedBefore, "replica2", "replacementDone");
        await _cluster.HealAsync();
        await IsReplacedAsync(2);
    }

    [Test]
    public async Task What_a_replica_says_that_was_replaced_while_it_hung_with_its_manager_does_not_count()
    {
        var hung = _cluster.ProcessOf("replica1");
        _cluster.Pause("replica1", "manager1");
        await _cluster.Managers.TellAsync(_agreedBefore, "replica1", "replacementStarted");
        await _cluster.StatusAsync(status => status.Replicas[0].State != "active");
        await _clients.AnsweredAsync(100);
        // What it was about to say when it hung, and all that has waited in its socket since.
        _cluster.Resume();
        await _clients.AnsweredAsync(100);
        await IsReplacedAsync(1);
        Assert.That(hung.IsAlive, Is.False);
        Assert.That((await _cluster.StatusAsync()).Counters.WrongReplies, Is.EqualTo(_before.Counters.WrongReplies));
    }

    [Test]
    public async Task A_manager_that_is_killed_in_the_middle_of_a_replacement_finishes_it_when_it_is_back()
    {
        await _cluster.FaultAsync("lie 3 --kind outcome");
        await _cluster.Managers.TellAsync(_agreedBefore, "replica3", "replacementStarted");
        var killed = _cluster.Kill("manager3").Single();
        await IsReplacedAsync(3);
        Assert.That(_cluster.ProcessOf("manager3"), Is.Not.EqualTo(killed));
        await _cluster.StatusAsync(status => status.Replicas[2].Engine == VersionAfter(3));
    }

    [Test]
    public async Task A_manager_that_was_down_when_its_replica_was_found_wrong_has_the_next_incarnation_run_the_next_version()
    {
        var next = VersionAfter(4);
        var replica = _cluster.ProcessOf("replica4");
        _cluster.Pause("manager4");
        await _cluster.FaultAsync("lie 4 --kind outcome");
        await _cluster.Managers.TellAsync(_agreedBefore, "replica4", "replacementStarted");
        await Eventually.IsTrueAsync(() => !replica.IsAlive);
        _cluster.Kill("manager4");
        await _cluster.StatusAsync(status => status.Replicas[3] is { State: "active" } now && now.Engine == next && now.Incarnation != _before.Replicas[3].Incarnation, what: $"replica4 runs {next}");
        await IsReplacedAsync(4);
        await _cluster.Managers.SayAsync(status => status.Id == "manager4" && status.Replica.Version == next);
    }

    /// <summary>What a replica is to run when it has been replaced.</summary>
    private string VersionAfter(int replica)
    {
        var versions = _cluster.Topology.FindReplica(replica)!.Versions;
        return versions[(versions.IndexOf(_before.Replicas[replica - 1].Engine!) + 1) % versions.Length];
    }

    /// <summary>Behind the header: random bytes with much behind them that was durable later, which no crash leaves.</summary>
    private static void Destroy(string segment)
    {
        using var file = new FileStream(segment, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var garbage = new byte[1024];
        new Random(1).NextBytes(garbage);
        file.Position = 1024;
        file.Write(garbage);
    }

    /// <summary>kill -9, and what is done to its folder is done before its manager can start it again.</summary>
    private async Task KillAndBreakAsync(int replica, Action<string> destroy)
    {
        _cluster.Pause($"manager{replica}");
        var killed = _cluster.Kill($"replica{replica}").Single();
        await Eventually.IsTrueAsync(() => !killed.IsAlive);
        destroy(_cluster.Topology.FindReplica(replica)!.DataFolder);
        _cluster.Resume();
    }

    /// <summary>
    /// Calls go on and none fails, this replica (nobody, if it is 0) votes as a new incarnation and all others as the same, every charge against others was
    /// dismissed, and all four are equal.
    /// </summary>
    private async Task IsReplacedAsync(int replica)
    {
        var node = $"replica{replica}";
        if (replica > 0)
            await _cluster.Managers.TellAsync(_agreedBefore, node, "replacementDone");
        var agreed = await _cluster.Managers.SayAsync(
            status => status.Replacing is null && status.Alarms.Count == 0 && _before.Replicas.All(any => AgreedByManagers.IsSettled(Since(status), any.Id!)),
            "no replacement under way, no alarm, and no charge left over");
        TestContext.Out.WriteLine($"agreed:{AgreedByManagers.Tell(Since(agreed))}");
        await _clients.CheckAsync();
        Assert.That(_clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        var whole = await _cluster.IsWholeAsync();
        Assert.That(whole.Replicas.Where((now, i) => now.Incarnation != _before.Replicas[i].Incarnation).Select(now => now.Id), Is.EqualTo(replica == 0 ? [] : new[] { node }), "who is a new incarnation");
        Assert.That(Since(agreed).Where(happening => happening.Kind == "replacementDecided").Select(happening => happening.Node).Distinct(), Is.EqualTo(replica == 0 ? [] : new[] { node }));
    }

    private Task NobodyIsReplacedAsync() => IsReplacedAsync(0);

    private List<ReplicaManager.EventStatus> Since(ReplicaManager.ManagerStatus status) => [.. status.Events.Where(happening => happening.Number > _agreedBefore)];
}
