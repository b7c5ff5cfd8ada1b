using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes.Commands;

/// <summary>The whole tree of processes, none of which may be left behind.</summary>
[UnsupportedOSPlatform("windows")]
[Parallelizable]
public sealed class UpTests
{
    private const int AllProcesses = 11;

    // These tests are about processes: even on a slow machine, none may end because the cluster takes too long to answer.
    private const string ReadyWithin = "3600";

    private TestFolder _folder = null!;
    private ClusterTopology _topology = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
    }

    [TearDown]
    public async Task DropFolder()
    {
        await ProcessSignal.StopAllAsync(Running(), TimeSpan.Zero, TimeProvider.System);
        _folder.Dispose();
    }

    private string[] UpArguments =>
        ["up", "--data", _folder.Path, "--address", _folder.Address.ToString(), "--ready-within", ReadyWithin, "--exit-with-parent"];

    private TestProcess Up(params string[] more) => TestProcess.StartDams([.. UpArguments, .. more]);

    private IReadOnlyList<ProcessIdentity> Running() => [.. PidFile.FindRunning(_topology).Select(found => found.Process)];

    private async Task<IReadOnlyList<ProcessIdentity>> AllRunAsync(TestProcess up)
    {
        try
        {
            return await Eventually.HasAsync(
                () => Running() is { Count: AllProcesses } all ? all : up.HasExited ? throw new TimeoutException("never") : null);
        }
        catch (TimeoutException late)
        {
            var running = PidFile.FindRunning(_topology).Select(found => found.Id);
            throw new TimeoutException(
                $"only {string.Join(", ", running)} run; up {(up.HasExited ? "has ended" : "runs")} and said: {up.Errors}", late);
        }
    }

    private static Task NoneRunsAsync(IReadOnlyList<ProcessIdentity> processes) =>
        Eventually.IsTrueAsync(() => processes.All(process => !process.IsAlive));

    [Test]
    public async Task A_killed_up_leaves_no_orphan()
    {
        using var up = Up();
        var all = await AllRunAsync(up);
        up.Kill();
        await NoneRunsAsync(all);
    }

    [Test]
    public async Task The_end_of_the_parent_stops_everything_in_order()
    {
        using var up = Up();
        var all = await AllRunAsync(up);
        up.Input.Close();
        Assert.That(await up.ExitAsync(), Is.EqualTo(143));
        Assert.That(all.Where(process => process.IsAlive), Is.Empty);
    }

    [Test]
    public async Task A_signal_stops_everything_in_order_and_sets_the_exit_code()
    {
        using var up = TestProcess.StartInterruptibleDams(UpArguments);
        var all = await AllRunAsync(up);
        Process.Start("kill", ["-INT", up.Id.ToString(CultureInfo.InvariantCulture)])!.WaitForExit();
        // Other tests send SIGTERM, which is handled in the same way and exits with 143.
        Assert.That(await up.ExitAsync(), Is.EqualTo(130));
        Assert.That(all.Where(process => process.IsAlive), Is.Empty);
        Assert.That(
            up.OutputLines,
            Has.All.EqualTo($"ready http://{_folder.Address}:8080/AppointmentService?wsdl").And.Count.LessThanOrEqualTo(1));
        var log = File.ReadAllText(_folder.File("logs", "up.log"));
        int StoppedAt(string id) => log.IndexOf($"{id}, process", StringComparison.Ordinal);
        Assert.That(StoppedAt("frontend1"), Is.Positive.And.LessThan(StoppedAt("manager1")));
        Assert.That(StoppedAt("manager4"), Is.Positive.And.LessThan(StoppedAt("sequencer1")));
        Assert.That(log, Does.Not.Contain("WARN"), "everything stopped when it was asked to");
    }

    [Test]
    public async Task A_child_that_dies_is_started_again()
    {
        using var up = Up();
        var sequencer = (await AllRunAsync(up)).Single(process => process == PidFile.FindRunning(_folder.File("sequencer1"), "sequencer1"));
        ProcessSignal.Kill(sequencer);
        await Eventually.IsTrueAsync(() => PidFile.FindRunning(_folder.File("sequencer1"), "sequencer1") is { } next && next != sequencer);
        up.Terminate();
        Assert.That(await up.ExitAsync(), Is.EqualTo(143));
    }

    [Test]
    public async Task The_next_run_ends_a_replica_whose_manager_and_up_were_killed()
    {
        ProcessIdentity replica;
        using (var first = Up())
        {
            await AllRunAsync(first);
            replica = PidFile.FindRunning(_folder.File("replica3"), "replica3")!.Value;
            // The manager is stopped first, so that it can't end its replica.
            var manager = PidFile.FindRunning(_folder.File("manager3"), "manager3")!.Value;
            Process.Start("kill", ["-STOP", manager.ProcessId.ToString(CultureInfo.InvariantCulture)])!.WaitForExit();
            first.Kill();
            await first.ExitAsync();
            ProcessSignal.Kill(manager);
        }

        Assert.That(replica.IsAlive, Is.True);
        using var second = Up();
        await Eventually.IsTrueAsync(() => second.Errors.Contains("that an earlier run has left", StringComparison.Ordinal));
        Assert.That(replica.IsAlive, Is.False);
        await AllRunAsync(second);
        second.Terminate();
        await second.ExitAsync();
    }

    [Test]
    public async Task A_second_up_on_the_same_folder_is_refused()
    {
        using var first = Up();
        await AllRunAsync(first);
        using var second = Up();
        Assert.That(await second.ExitAsync(), Is.EqualTo(2));
        Assert.That(second.Errors, Does.Contain($"already runs on {_folder.Path}, under process {first.Id}"));
        first.Terminate();
        await first.ExitAsync();
    }

    [Test]
    public async Task All_ports_in_use_are_named_before_anything_is_started()
    {
        using var one = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        one.Bind(new System.Net.IPEndPoint(_folder.Address, 8082));
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new System.Net.IPEndPoint(_folder.Address, 8094));
        using var up = Up();
        Assert.That(await up.ExitAsync(), Is.EqualTo(2));
        Assert.That(up.Errors, Does.Contain("$.sequencers[0].port").And.Contain("$.replicas[3].port").And.Contain("--ports-from"));
        Assert.That(Directory.Exists(_folder.File("sequencer2")), Is.False);
    }

    [Test]
    public async Task The_effective_configuration_is_written_and_the_table_names_every_process_and_log()
    {
        using var up = Up("--versions", "Journal,Calendar");
        await AllRunAsync(up);
        up.Terminate();
        await up.ExitAsync();
        var written = TopologyReader.ReadFile(_folder.File("dams.json")).Topology!;
        Assert.That(
            written.Replicas.Select(replica => replica.Versions[0]),
            Is.EqualTo(new[] { "Journal", "Calendar", "Journal", "Calendar" }));
        foreach (var node in written.Nodes)
            Assert.That(up.Errors, Does.Match($"{node.Id} .*{node.Listen} .*{node.Id}.log"));
    }

    [Test]
    public async Task Fresh_sets_the_folders_of_our_processes_aside_and_touches_nothing_else()
    {
        Directory.CreateDirectory(_folder.File("replica1"));
        Directory.CreateDirectory(_folder.File("replica2"));
        PidFile.TryHold(_folder.File("replica1"), "replica1")!.Dispose();
        File.WriteAllText(_folder.File("replica1", "precious"), "bookings");
        File.WriteAllText(_folder.File("replica2", "precious"), "somebody else's");
        using (var up = Up())
        {
            await AllRunAsync(up);
            up.Terminate();
            await up.ExitAsync();
            Assert.That(File.Exists(_folder.File("replica1", "precious")), Is.True);
        }

        // Without its lock the folder looks as if no process of ours has used it: the configuration merely names it.
        File.Delete(_folder.File("replica2", "replica2.lock"));
        using (var up = Up("--fresh", "--yes"))
        {
            await AllRunAsync(up);
            up.Terminate();
            await up.ExitAsync();
        }

        Assert.That(File.Exists(_folder.File("replica1", "precious")), Is.False);
        Assert.That(File.ReadAllText(_folder.File("old-1", "replica1", "precious")), Is.EqualTo("bookings"));
        Assert.That(File.Exists(_folder.File("replica2", "precious")), Is.True);
    }
}
