using Dams.Contracts.Reports;
using Dams.Contracts.Soap;
using Dams.Hosting.Cluster;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.ReplicaManager;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Hosting;
using Dams.Tests.Ordering.Driver;
using Dams.Tests.Ordering.Storage;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Agreement;

/// <summary>A manager goes on asking a replica, whatever the replica answers.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ReplicaAccessTests : IAsyncDisposable
{
    private static readonly NodeId s_self = NodeId.Manager(1);
    private static readonly string[] s_versions = ["A", "B", "C", "D", "E"];

    private readonly TestFolder _folder = new();
    private readonly LogFolder _logFolder = new();
    private readonly FakeLogger _log = new();
    private readonly DriverCluster _cluster = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly BabblingServer _replica;
    private readonly ReplicaClients _clients;
    private readonly ManagerClients _others;
    private readonly ReplicaKeeper _keeper;
    private readonly SnapshotStore _store;
    private readonly ReplicaAccess _access;
    private readonly ManagerProtocol _manager;
    private readonly ProtocolDriver _driver;
    private readonly Task _asking;

    public ReplicaAccessTests()
    {
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path, versions: s_versions);
        var id = topology.Managers[0].Id;
        var context = TestNode.ContextOf(topology, id, _log.ToFactory());
        _replica = new BabblingServer(topology.FindReplica(1)!.Listen.ToEndPoint());
        (_clients, _others) = (new ReplicaClients(topology), new ManagerClients(topology, id, _log));
        var memberLog = _logFolder.Open();
        _keeper = new ReplicaKeeper(context, ProgramLocator.Find(NodeRole.Replica), _log);
        _store = new SnapshotStore(_folder.Path);
        _access = new ReplicaAccess(_clients, _others, _store, _keeper, static () => { }, _log, _stopping.Token);
        var (outbox, leaves) = (new Outbox(), new Outbox());
        _manager = new ManagerProtocol(
            ClusterGroups.ManagersOf(topology) with { ConfirmationsNeeded = 0 }, AgreementScript.OptionsOf(topology), 1,
            DriverOptions.NewBoot(), memberLog, outbox, new LeaveRequester(ClusterGroups.ReplicasOf(topology), leaves), _access);
        foreach (var node in topology.Nodes)
            _cluster.Place(node.Id);
        _driver = _cluster.Add(s_self, new DrivenCore(GroupId.Managers, _manager, outbox, memberLog));
        _asking = _access.RunAsync(_manager, _driver, _stopping.Token);
        _manager.Start(ClockSource.System.Now);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _asking;
        await _cluster.DisposeAsync();
        _clients.Dispose();
        _others.Dispose();
        await _replica.DisposeAsync();
        _stopping.Dispose();
        _logFolder.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_replica_that_answers_nonsense_is_asked_again()
    {
        _replica.Says = BabblingServer.Http(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>"
            + $"<GetStatusResponse xmlns='{SoapNamespaces.ReplicaV1}'/></s:Body></s:Envelope>");
        _driver.Start();
        await Eventually.IsTrueAsync(() => _replica.Asked >= 3);
        Assert.That(_driver.Completion.IsCompleted, Is.False);
        Assert.That(_log.Lines, Has.Some.Contains("replica 1 does not answer: its answer is empty"));
    }

    [Test]
    public void The_keeper_knows_the_agreed_version_before_it_replaces_a_replica()
    {
        var loss = new LossReport(1, AgreementScript.IncarnationOf(1), LossCause.Halted, 5);
        _manager.OnDelivered(ManagerScript.EntryOf(1, Chain.Genesis, loss), ClockSource.System.Now);
        _access.Replace(_manager.State.Active!, _manager.State.VersionTurns(1));
        Assert.That(_keeper.Version, Is.EqualTo(s_versions[4]), "the others have the versions before it");
    }

    [Test]
    public async Task A_silent_replica_is_asked_again()
    {
        _driver.Start();
        await Eventually.IsTrueAsync(() => _replica.Asked >= 3);
        Assert.That(_driver.Completion.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_wish_that_takes_long_holds_up_no_other()
    {
        var snapshot = _manager.State.ToSnapshot(ManagerScript.EntryOf(1, Chain.Genesis, new RestartReport(1, 1, 1)));
        using var isHeld = new ManualResetEventSlim();
        using var isOver = new ManualResetEventSlim();
        var holding = Task.Run(() =>
        {
            lock (_store)
            {
                isHeld.Set();
                isOver.Wait();
            }
        });
        isHeld.Wait();
        _access.SaveSnapshot(snapshot);
        _driver.Start();
        try
        {
            await Eventually.IsTrueAsync(() => _replica.Asked >= 3);
            Assert.That(_store.Read(), Is.Null, "the disk is still busy");
        }
        finally
        {
            isOver.Set();
            await holding;
        }

        await Eventually.IsTrueAsync(() => _store.Read() is not null);
    }
}
