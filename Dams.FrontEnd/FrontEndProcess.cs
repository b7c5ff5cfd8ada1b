using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Lab;
using Dams.FrontEnd.Requests;
using Dams.FrontEnd.Service;
using Dams.FrontEnd.Status;
using Dams.Hosting;
using Dams.Hosting.Cluster;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd;

/// <summary>The front end process: SOAP for clients, UDP for the cluster, and the status.</summary>
internal static class FrontEndProcess
{
    public static async Task<int> RunAsync(NodeContext context, CancellationToken stopping)
    {
        var topology = context.Topology;
        var boot = DriverOptions.NewBoot();
        var clock = ClockSource.System;
        var outbox = new Outbox();
        var switches = new LabSwitches();
        var journal = new EventJournal(boot, TimeProvider.System, context.Loggers.CreateLogger<EventJournal>());
        var alarms = new StandingAlarms();
        var sightings = new CoordinatorSightings(context.Id, journal, alarms, TimeProvider.System);
        var requests = new RequestLog(TimeProvider.System);
        var storage = new StorageGate(context.Id, topology, journal, alarms);
        var executor = new ReplicatedExecutor(sightings, requests, storage, context.Loggers.CreateLogger<ReplicatedExecutor>());
        var coordinator = new RequestCoordinator(ClusterGroups.ReplicasOf(topology),
            new CoordinatorOptions
            {
                CallDeadline = topology.Limits.CallDeadline,
                CallsMax = topology.Limits.InFlightCallsMax,
                Strict = topology.Strict,
            },
            context.Id.Number, boot, outbox, executor, boot.Value);
        coordinator.Start(clock.Now);
        var reports = new Outbox();
        var submitter = new RequestSubmitter(ClusterGroups.ManagersOf(topology), context.Id, boot, reports);

        using var replicas = new ReplicaClients(topology);
        var observer = new CoordinatorObserver(coordinator, switches, sightings, requests);
        await using var network = NodeDriver.Open(
            context, boot,
            [
                new DrivenCore(GroupId.Replicas, coordinator, outbox, Observer: observer),
                new DrivenCore(GroupId.Managers, submitter, reports),
            ],
            clock);
        var bodies = new BodyFetcher(network.Driver, replicas.Of, coordinator.OnBodyFetched, TimeProvider.System,
            context.Loggers.CreateLogger<BodyFetcher>(), stopping);
        executor.Attach(new FrontEndLoop(coordinator, submitter, network.Driver, bodies));
        var watch = new ClusterWatch(context.Id, topology, () => sightings.View, journal, alarms, TimeProvider.System);
        using var poller = new ClusterPoller(topology, replicas, reports => OnPolled(reports, watch, storage),
            context.Loggers.CreateLogger<ClusterPoller>());
        var reporter = new StatusReporter(topology, coordinator, network.Driver, poller, journal, alarms);

        await using var web = NodeWeb.CreateBuilder(context.Loggers, topology.Limits, context.Node.Listen).Build();
        web.MapAppointments(topology, executor);
        web.MapOriginal(topology, executor);
        web.MapStatus(reporter, new EventStream(journal, TimeProvider.System, stopping), requests, network.Driver);
        // Only the first front end changes the cluster.
        var isFirst = context.Id == topology.FrontEnds[0].Id;
        using var lab = context.Lab && isFirst
            ? new FaultLab(context, switches, () => network.Driver.InvokeAsync(_ => (int)coordinator.Sequencer))
            : null;
        await using var control = isFirst ? ControlServer.Build(context, lab) : null;
        if (control is not null)
            await control.StartAsync(stopping);
        await web.StartAsync(stopping);
        journal.Write(ClusterEventKind.FrontEndStarted, context.Id.ToString(),
            $"answers at {context.Node.Listen}, process {Environment.ProcessId}");
        network.Driver.Start();
        var polling = network.Driver.RunBesideAsync(() => poller.RunAsync(stopping), stopping);
        var exitCode = await network.RunUntilAsync(stopping);
        await web.StopAsync(CancellationToken.None);
        if (control is not null)
            await control.StopAsync(CancellationToken.None);
        await polling;
        return exitCode;
    }

    private static void OnPolled(ClusterReports reports, ClusterWatch watch, StorageGate storage)
    {
        watch.OnPolled(reports);
        storage.OnPolled(reports);
    }
}
