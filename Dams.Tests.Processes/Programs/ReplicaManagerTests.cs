using System.Net.Sockets;
using System.Text.Json;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes.Programs;

/// <summary>Real managers and replicas as processes.</summary>
[Parallelizable]
public sealed class ReplicaManagerTests
{
    private static readonly HttpClient Http = new();
    private TestFolder _folder = null!;
    private ClusterTopology _topology = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        File.WriteAllText(_folder.File("dams.json"), _topology.Write());
    }

    [TearDown]
    public async Task DropFolder()
    {
        await ProcessSignal.StopAllAsync(PidFile.FindRunning(_topology).Select(found => found.Process), TimeSpan.Zero, TimeProvider.System);
        _folder.Dispose();
    }

    private TestProcess StartManager(params string[] more) =>
        TestProcess.Start(NodeRole.Manager, ["--id", "manager2", "--config", _folder.File("dams.json"), .. more]);

    private ProcessIdentity? Replica() => PidFile.FindRunning(_folder.File("replica2"), "replica2");

    private Task<ProcessIdentity?> ReplicaRunsAsync(ProcessIdentity? otherThan = null) =>
        Eventually.HasAsync(() => Replica() is { } found && found != otherThan ? (ProcessIdentity?)found : null);

    private async Task<JsonElement> StatusAsync(Predicate<JsonElement> isRight)
    {
        var status = default(JsonElement);
        await Eventually.HasAsync(() =>
        {
            try
            {
                var text = Http.GetStringAsync(new Uri($"http://{_folder.Address}:8102/status")).GetAwaiter().GetResult();
                status = JsonDocument.Parse(text).RootElement;
                return isRight(status) ? "so" : null;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }, "status");
        return status;
    }

    [Test]
    public async Task A_replica_that_dies_is_restarted_and_the_status_says_so()
    {
        using var manager = StartManager();
        var first = (await ReplicaRunsAsync())!.Value;
        ProcessSignal.Kill(first);
        var second = (await ReplicaRunsAsync(first))!.Value;
        var status = await StatusAsync(status => status.GetProperty("replica").GetProperty("restarts").GetInt32() == 1
            && status.GetProperty("replica").GetProperty("state").GetString() == "running");
        Assert.That(status.GetProperty("id").GetString(), Is.EqualTo("manager2"));
        Assert.That(status.GetProperty("processId").GetInt32(), Is.EqualTo(manager.Id));
        Assert.That(status.GetProperty("state").GetString(), Is.EqualTo("running"));
        var replica = status.GetProperty("replica");
        Assert.That(replica.GetProperty("id").GetString(), Is.EqualTo("replica2"));
        Assert.That(replica.GetProperty("processId").GetInt32(), Is.EqualTo(second.ProcessId));
        Assert.That(replica.GetProperty("lastExitCode").GetInt32(), Is.EqualTo(137));
        manager.Terminate();
        Assert.That(await manager.ExitAsync(), Is.EqualTo(ExitCodes.Stopped));
        Assert.That(second.IsAlive, Is.False, "a manager that stops ends its replica first");
    }

    [Test]
    public async Task A_replica_outlives_its_killed_manager_and_the_next_manager_takes_it_over()
    {
        ProcessIdentity replica;
        using (var killed = StartManager())
        {
            replica = (await ReplicaRunsAsync())!.Value;
            killed.Kill();
            await killed.ExitAsync();
        }

        Assert.That(replica.IsAlive, Is.True);
        using var manager = StartManager();
        await StatusAsync(status => status.GetProperty("replica").GetProperty("state").GetString() == "running"
            && status.GetProperty("replica").GetProperty("processId").GetInt32() == replica.ProcessId);

        ProcessSignal.Kill(replica);
        var next = (await ReplicaRunsAsync(replica))!.Value;
        manager.Terminate();
        Assert.That(await manager.ExitAsync(), Is.EqualTo(ExitCodes.Stopped));
        Assert.That(next.IsAlive, Is.False);
    }

    [Test]
    public async Task A_manager_whose_parent_is_gone_stops_together_with_its_replica()
    {
        using var manager = StartManager("--exit-with-parent");
        var replica = (await ReplicaRunsAsync())!.Value;
        manager.Input.Close();
        Assert.That(await manager.ExitAsync(), Is.EqualTo(ExitCodes.Stopped));
        Assert.That(replica.IsAlive, Is.False);
    }

    [Test]
    public async Task A_manager_whose_port_is_taken_starts_no_replica_and_names_the_setting_to_change()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new System.Net.IPEndPoint(_folder.Address, 8102));
        other.Listen();
        using var manager = StartManager();
        Assert.That(await manager.ExitAsync(), Is.EqualTo(ExitCodes.PortInUse));
        Assert.That(manager.Errors, Does.Contain("$.managers[1].port"));
        Assert.That(Directory.Exists(_folder.File("replica2")), Is.False);
    }
}
