using Dams.Hosting;
using Dams.Hosting.Cluster;
using Dams.Hosting.Processes;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.ReplicaManager.Agreement;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>
/// A replica manager is a member of the managers' group, which agrees on replacements, and the keeper of the replica with its number.
/// The replica is a process of its own: it goes on when its manager is killed, and the manager's next process takes it over.
/// A manager that stops in order, because it was told to or because its parent is gone, stops its replica first.
/// </summary>
internal static class ManagerProcess
{
    public static async Task<int> RunAsync(NodeContext context, CancellationToken stopping)
    {
        var logger = context.Loggers.CreateLogger("Dams.ReplicaManager");
        var folder = Path.Combine(context.DataFolder, "group");
        try
        {
            return await RunMemberAsync(context, folder, logger, stopping);
        }
        catch (Exception damage) when (damage is LogCorruptException or InvalidDataException)
        {
            // A replica has a manager that sets its folder aside. A manager sets its own aside, and then comes back like one whose
            // folder was deleted.
            ManagerLog.FolderDamaged(logger, damage.Message);
            ReplicaFolder.MarkAsLeft(folder, "unknown");
            return ExitCodes.OrderedOut;
        }
    }

    private static ManagerOptions OptionsOf(ClusterTopology topology, GroupOptions managers) => new()
    {
        Seats = managers.Members,
        Versions = topology.Replicas.ToDictionary(replica => replica.Id.Number, replica => replica.Versions),
    };

    private static async Task<int> RunMemberAsync(NodeContext context, string folder, ILogger logger, CancellationToken stopping)
    {
        var (topology, number) = (context.Topology, context.Id.Number);
        var boot = DriverOptions.NewBoot();
        var clock = ClockSource.System;
        if (ReplicaFolder.SetAsideIfLeft(folder) is { } aside)
            ManagerLog.SetAside(logger, context.Id.ToString(), aside);
        Directory.CreateDirectory(folder);
        var store = new SnapshotStore(folder);
        using var log = DurableLog.Open(
            new DurableLogOptions
            {
                Folder = Path.Combine(folder, "log"),
                Durability = topology.Durability,
            },
            context.Loggers.CreateLogger<DurableLog>());
        var keeper = new ReplicaKeeper(context, ProgramLocator.Find(NodeRole.Replica), logger);
        using var clients = new ReplicaClients(topology, context.Certificates.Nodes);
        using var others = new ManagerClients(topology, context.Id, logger, context.Certificates.Nodes);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var access = new ReplicaAccess(clients, others, store, keeper, end.Cancel, logger, stopping);
        var (replicasOut, managersOut) = (new Outbox(), new Outbox());
        var replicas = new LeaveRequester(ClusterGroups.ReplicasOf(topology), replicasOut);
        var skips = new SkipRequester(ClusterGroups.ReplicasOf(topology), replicasOut);
        var managers = ClusterGroups.ManagersOf(topology);
        var manager = new ManagerProtocol(
            managers, OptionsOf(topology, managers), number, boot, log, managersOut, replicas, access, store.Read());
        var observer = new ManagerObserver(manager, number, keeper, end.Cancel, logger);
        await using var network = NodeDriver.Open(context, boot,
        [
            // The replicas' group comes first, so that the manager knows a new view of it before it acts.
            new DrivenCore(GroupId.Replicas, new ProtocolPair(replicas, skips), replicasOut),
            new DrivenCore(GroupId.Managers, manager, managersOut, log, observer),
        ], clock);
        var asking = access.RunAsync(manager, network.Driver, end.Token);
        manager.Start(clock.Now);
        observer.OnStarted();
        keeper.OnRestarts(() => network.Driver.Post(manager.OnReplicaExited), () => network.Driver.Post(manager.OnReplicaRestarts));

        await using var web = NodeWeb
            .CreateBuilder(context.Loggers, topology.Limits, context.Node.Listen)
            .SpeakTls(context.Certificates.Nodes?.Server)
            .AnswerUnder(HostNames.Of(topology))
            .Build();
        web.MapStatus(context.Id, manager, keeper, network.Driver, context.Certificates.Alarms, stopping);
        web.MapSnapshot(manager, network.Driver);
        web.MapLeave(context.Orders, replicas, keeper.Id, network.Driver, logger);
        web.MapSkip(context.Orders, skips, network.Driver, logger);
        // The port comes first: a manager that can't listen on it must not start a replica.
        await web.StartAsync(stopping);
        network.Driver.Start();
        keeper.Process.Want();
        var watching = network.RunUntilAsync(end.Token);
        using (stopping.Register(keeper.Process.End))
        {
            var keeping = keeper.Process.RunAsync();
            // A loop that ends by itself ends this process, but not the replica: the manager's next process takes it over.
            if (await Task.WhenAny(keeping, watching) == watching && !stopping.IsCancellationRequested)
            {
                await network.Driver.StopAsync();
                if (manager.Member.IsOver)
                    ReplicaFolder.MarkAsLeft(folder, manager.Member.Incarnation.ToString());
                else
                    await watching; // Throws what ended the loop: an exception of a core, of the log or of the key watch.
                return ExitCodes.OrderedOut;
            }

            await keeping;
        }

        await end.CancelAsync();
        await web.StopAsync(CancellationToken.None);
        await watching;
        await asking;
        return ExitCodes.Stopped;
    }
}
