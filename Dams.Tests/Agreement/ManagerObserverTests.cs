using Dams.Contracts.Reports;
using Dams.Hosting.Cluster;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.ReplicaManager;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Hosting;
using Dams.Tests.Simulated;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Agreement;

/// <summary>The agreed events that a manager writes to its log.</summary>
internal sealed class ManagerObserverTests
{
    [Test]
    public void Events_agreed_on_before_a_restart_are_not_logged_again()
    {
        using var folder = new TestFolder();
        var logger = new FakeLogger();
        var topology = ClusterTopology.Default(address: folder.Address, dataFolder: folder.Path);
        var log = new SimulatedLog(new Incarnation(1));
        var first = ManagerScript.EntryOf(1, Chain.Genesis, Restart(1));
        log.Write(new LogBatch(null, [first], null, first.Seq));
        var manager = new ManagerProtocol(
            ClusterGroups.ManagersOf(topology) with { ConfirmationsNeeded = 0 }, AgreementScript.Rules, 1, new BootId(1), log, new Outbox(),
            new LeaveRequester(ClusterGroups.ReplicasOf(topology), new Outbox()), new ManagerScript());
        var context = TestNode.ContextOf(topology, topology.Managers[0].Id, logger.ToFactory());
        var keeper = new ReplicaKeeper(context, ProgramLocator.Find(NodeRole.Replica), logger);
        var observer = new ManagerObserver(manager, 1, keeper, static () => { }, logger);
        manager.Start(default);
        observer.OnStarted();
        manager.OnBatchEnd(default);
        observer.OnBatchEnd(default);
        Assert.That((manager.State.Events.Count, logger.Lines.Count(line => line.Contains("agreed, event"))), Is.EqualTo((1, 0)));
        manager.OnDelivered(ManagerScript.EntryOf(2, first.Chain, Restart(2)), default);
        observer.OnBatchEnd(default);
        Assert.That(logger.Lines.Where(line => line.Contains("agreed, event")), Is.EqualTo(new[]
        {
            "Information agreed, event 2: replica3: Restarting: its process has ended, and its manager starts it again",
        }));
    }

    private static RestartReport Restart(long number) => new(3, AgreementScript.IncarnationOf(3), number);
}
