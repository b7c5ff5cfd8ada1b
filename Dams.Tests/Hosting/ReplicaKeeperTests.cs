using System.Globalization;
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

    public ReplicaKeeperTests()
    {
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        var id = topology.Managers[2].Id;
        _context = new NodeContext(topology, NodeArguments.Parse(["--id", id.ToString()], id.Role, [], out _)!, _log, KeyFile.LoadOrCreate(topology.KeyFile));
        _replica = topology.FindReplica(3)!.DataFolder;
        _program = new DamsProgram("sh", _folder.File("replica.sh"));
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

    private void Keep(DamsProgram program, Action exited)
    {
        _keeper = new ReplicaKeeper(_context, program, _log);
        _keeper.OnExits(exited);
        _loop = _keeper.Process.RunAsync();
    }
}
