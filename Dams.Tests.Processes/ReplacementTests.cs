using Dams.Hosting.Status;
using Dams.Ordering.Storage;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes;

/// <summary>
/// Which replicas are replaced and which are not, and how a replacement overcomes an obstacle. The cluster is under load, and no call
/// fails.
/// </summary>
[Parallelizable]
internal sealed class ReplacementTests : ClusterFixture
{
    private const int Clients = 4;

    // The managers refuse more than three replacements of one seat in ten minutes, so the tests spread theirs over all seats.
    private TestCluster _cluster = null!;
    private ClusterStatus _before = null!;
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
    public async Task No_replica_is_replaced_when_a_sequencer_is_killed()
    {
        _cluster.Kill(_before.Sequencer!.Id!);
        await _cluster.StatusAsync(status => status.Epoch != _before.Epoch);
        await NobodyIsReplacedAsync();
    }

    [Test]
    public async Task No_replica_is_replaced_while_there_is_nothing_to_do()
    {
        await _clients.StopAsync();
        // The managers watch a suspect for less time than this before they vote. The absence of events is the only sign to wait for.
        await Task.Delay(TimeSpan.FromSeconds(5));
        await NobodyIsReplacedAsync();
    }

    [Test]
    public async Task Managers_do_not_believe_a_front_end_that_accuses_a_healthy_replica()
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
            // Under a long load the first segment may already be trimmed, so any segment may be there.
            var segments = Directory.GetFiles(Path.Combine(folder, "log"), "*" + LogSegment.Extension);
            Assert.That(segments, Is.Not.Empty);
            foreach (var segment in segments)
                Destroy(segment);
        });
        await IsReplacedAsync(3);
    }

    [Test]
    public async Task A_replacement_waits_for_a_usable_folder_while_the_other_three_replicas_go_on()
    {
        var folder = _cluster.Topology.FindReplica(2)!.DataFolder;
        await KillAndBreakAsync(2, _ =>
        {
            Directory.Move(folder, folder + ".away");
            File.WriteAllText(folder, "a file where a folder should be");
        });
        var shown = await _cluster.Managers.SayAsync(
            status => status is { Id: "manager2", Replacing.Replica: "replica2", Replica.ProcessId: null });
        Assert.That(shown.Replica!.LastExitCode, Is.Not.Zero);
        await _cluster.StatusAsync(status => status.Replicas[1].State != "active" && status.ActiveReplicas == 3);
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
    public async Task Replies_of_a_hung_replica_do_not_count_after_its_replacement()
    {
        var hung = _cluster.ProcessOf("replica1");
        _cluster.Pause("replica1", "manager1");
        await _cluster.Managers.TellAsync(_agreedBefore, "replica1", "replacementStarted");
        await _cluster.StatusAsync(status => status.Replicas[0].State != "active");
        await _clients.AnsweredAsync(100);
        // The replica goes on with the replies that it was about to send, and with the datagrams that have waited in its socket.
        _cluster.Resume();
        await _clients.AnsweredAsync(100);
        await IsReplacedAsync(1);
        Assert.That(hung.IsAlive, Is.False);
        Assert.That((await _cluster.StatusAsync()).Counters.WrongReplies, Is.EqualTo(_before.Counters.WrongReplies));
    }

    [Test]
    public async Task A_manager_killed_during_a_replacement_finishes_it_when_it_is_back()
    {
        await _cluster.FaultAsync("lie 3 --kind outcome");
        await _cluster.Managers.TellAsync(_agreedBefore, "replica3", "replacementStarted");
        var killed = _cluster.Kill("manager3").Single();
        await IsReplacedAsync(3);
        Assert.That(_cluster.ProcessOf("manager3"), Is.Not.EqualTo(killed));
        await _cluster.StatusAsync(status => status.Replicas[2].Engine == VersionAfter(3));
    }

    [Test]
    public async Task A_manager_that_was_down_during_the_decision_starts_the_agreed_version()
    {
        var next = VersionAfter(4);
        var replica = _cluster.ProcessOf("replica4");
        _cluster.Pause("manager4");
        await _cluster.FaultAsync("lie 4 --kind outcome");
        await _cluster.Managers.TellAsync(_agreedBefore, "replica4", "replacementStarted");
        await Eventually.IsTrueAsync(() => !replica.IsAlive);
        _cluster.Kill("manager4");
        await _cluster.StatusAsync(status => status.Replicas[3] is { State: "active" } now
            && now.Engine == next && now.Incarnation != _before.Replicas[3].Incarnation, what: $"replica4 runs {next}");
        await IsReplacedAsync(4);
        await _cluster.Managers.SayAsync(status => status.Id == "manager4" && status.Replica!.Version == next);
    }

    /// <summary>The version that a replica must run after its replacement.</summary>
    private string VersionAfter(int replica)
    {
        var versions = _cluster.Topology.FindReplica(replica)!.Versions;
        var others = _before.Replicas.Where(other => other.Id != $"replica{replica}").Select(other => other.Engine).ToList();
        var next = versions.IndexOf(_before.Replicas[replica - 1].Engine!) + 1;
        return Enumerable.Range(next, versions.Length).Select(turns => versions[turns % versions.Length])
            .FirstOrDefault(version => !others.Contains(version)) ?? versions[next % versions.Length];
    }

    /// <summary>
    /// Overwrites a part behind the header with random bytes. Later durable batches follow that part, so a crash can't leave such a file.
    /// </summary>
    private static void Destroy(string segment)
    {
        using var file = new FileStream(segment, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var garbage = new byte[1024];
        new Random(1).NextBytes(garbage);
        file.Position = 1024;
        file.Write(garbage);
    }

    /// <summary>Kills a replica with kill -9, and damages its folder before its manager can restart it.</summary>
    private async Task KillAndBreakAsync(int replica, Action<string> destroy)
    {
        _cluster.Pause($"manager{replica}");
        var killed = _cluster.Kill($"replica{replica}").Single();
        await Eventually.IsTrueAsync(() => !killed.IsAlive);
        destroy(_cluster.Topology.FindReplica(replica)!.DataFolder);
        _cluster.Resume();
    }

    /// <summary>
    /// Checks that exactly this replica was replaced, or none if the number is 0. No call failed, every suspicion and accusation is
    /// settled, and all four replicas are equal.
    /// </summary>
    private async Task IsReplacedAsync(int replica)
    {
        var node = $"replica{replica}";
        if (replica > 0)
            await _cluster.Managers.TellAsync(_agreedBefore, node, "replacementDone");
        var agreed = await _cluster.Managers.SayAsync(
            status => status.Replacing is null && status.Alarms.Count == 0
                && _before.Replicas.All(any => AgreedByManagers.IsSettled(Since(status), any.Id!)),
            "no replacement is under way, there is no alarm, and every suspicion and accusation is settled");
        TestContext.Out.WriteLine($"the managers' events:{AgreedByManagers.Tell(Since(agreed))}");
        await _clients.CheckAsync();
        Assert.That(_clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        var whole = await _cluster.IsWholeAsync();
        string[] expected = replica == 0 ? [] : [node];
        var renewed = whole.Replicas.Where((now, i) => now.Incarnation != _before.Replicas[i].Incarnation).Select(now => now.Id);
        Assert.That(renewed, Is.EqualTo(expected), "replicas with a new incarnation");
        var decided = Since(agreed).Where(happening => happening.Kind == "replacementDecided");
        Assert.That(decided.Select(happening => happening.Node).Distinct(), Is.EqualTo(expected), "replicas that the managers replaced");
    }

    private Task NobodyIsReplacedAsync() => IsReplacedAsync(0);

    private List<ManagerEvent> Since(ManagerStatus status) =>
        [.. status.Events.Where(happening => happening.Number > _agreedBefore)];
}
