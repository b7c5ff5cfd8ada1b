using Dams.Contracts.Management;
using Dams.Contracts.Topology;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Supervision;
using Dams.Ordering;
using Dams.ReplicaManager;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Agreement;
using NUnit.Framework;
using NodeRole = Dams.Contracts.Topology.NodeRole;

namespace Dams.Tests.Hosting;

/// <summary>What a manager does with its replica's process and folder. The process is a script, which notes how it was started and then waits for its end.</summary>
[Category("Processes")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ReplicaKeeperTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly RecordingLogger _log = new();
    private readonly NodeContext _context;
    private readonly string _replica;
    private readonly DamsProgram _program;
    private ReplicaKeeper _keeper = null!;
    private Task _loop = Task.CompletedTask;
    private volatile int _exits;

    public ReplicaKeeperTests()
    {
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        var id = topology.Managers[2].Id;
        _context = new NodeContext(topology, NodeArguments.Parse(["--id", id.ToString()], id.Role, [], out _)!, _log, KeyFile.LoadOrCreate(topology.KeyFile));
        _replica = topology.FindReplica(3)!.DataFolder;
        _program = new DamsProgram("sh", _folder.File("replica.sh"));
        // Each start in a new folder is a new life.
        File.WriteAllText(_program.File, $"""
            mkdir -p '{_replica}'
            if [ ! -f '{_replica}/{ReplicaFolder.IncarnationMark}' ]; then
                echo life >> '{_folder.File("lives")}'
                printf '%x' $(wc -l < '{_folder.File("lives")}') > '{_replica}/new'
                mv '{_replica}/new' '{_replica}/{ReplicaFolder.IncarnationMark}'
            fi
            echo "$*" >> '{_folder.File("starts")}'
            exec sleep 600
            """);
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.Process.End();
        await _loop;
        _log.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_process_that_can_not_be_started_at_all_is_told_of_each_time_until_it_is_a_loss()
    {
        var script = new ManagerScript(id: 3, AgreementScript.Rules with { FailedStartsMax = 4 });
        script.ShowAll();
        script.Sightings.Remove(3);
        Keep(_program with { Host = _folder.File("nothing") }, script.OnReplicaExited);
        _keeper.Process.Want();
        await Eventually.IsTrueAsync(() => _keeper.Process.Status.Restarts == 4);
        _keeper.Process.End();
        await _loop;
        Assert.That(script.Reports.OfType<LossReport>().Select(loss => loss.Cause), Is.EqualTo(new[] { LossCause.CannotStart }));
    }

    [Test]
    public async Task The_next_incarnations_folder_is_not_marked_for_what_the_last_one_did()
    {
        var first = await StartAsync();
        _log.Logged = line =>
        {
            if (!line.Contains("is replaced", StringComparison.Ordinal))
                return;
            // It has left by itself, and what follows it starts as soon as it may.
            File.WriteAllText(Path.Combine(_replica, ReplicaFolder.LeftMark), IncarnationOf(1).ToString());
            ProcessSignal.Kill(first);
            SpinWait.SpinUntil(() => Starts().Count > 1, TimeSpan.FromSeconds(1));
        };
        _keeper.Replace(DecisionAbout(1));
        await Eventually.IsTrueAsync(() => Starts().Count == 2);
        Assert.That((File.Exists(Path.Combine(_replica, ReplicaFolder.LeftMark)), _log.Lines.Count(line => line.Contains("is kept as"))), Is.EqualTo((false, 1)));
    }

    private static Incarnation IncarnationOf(int life) => new((ulong)life);

    private static Decision DecisionAbout(int life) => new(7, 3, IncarnationOf(life).Value, ReplacementCause.Wrong, 0, 5);

    /// <summary>What it was started with, each time.</summary>
    private List<string> Starts() => File.Exists(_folder.File("starts")) ? [.. File.ReadAllLines(_folder.File("starts"))] : [];

    private async Task<ProcessIdentity> StartAsync()
    {
        Keep(_program, () => _exits++);
        _keeper.Process.Want();
        await Eventually.IsTrueAsync(() => Starts().Count == 1 && _keeper.Process.Status.Process is not null);
        return _keeper.Process.Status.Process!.Value;
    }

    private void Keep(DamsProgram program, Action exited)
    {
        _keeper = new ReplicaKeeper(_context, program, _log);
        _keeper.OnExits(exited);
        _loop = _keeper.Process.RunAsync();
    }
}
