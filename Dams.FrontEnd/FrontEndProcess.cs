using Dams.FrontEnd.Access;
using Dams.FrontEnd.Audit;
using Dams.FrontEnd.Control;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Requests;
using Dams.FrontEnd.Service;
using Dams.FrontEnd.Status;
using Dams.Hosting;
using Dams.Hosting.Access;
using Dams.Hosting.Cluster;
using Dams.Hosting.Logging;
using Dams.Hosting.Survival;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Lab;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.Service;
using Dams.Soap.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd;

/// <summary>
/// The front end process: SOAP for clients, UDP for the cluster, and the status. Each part gets the parts that it needs when it is made.
/// Only the fetching of bodies closes a circle, from the loop back into the loop: it gets the loop when it starts.
/// </summary>
internal static class FrontEndProcess
{
    public static async Task<int> RunAsync(NodeContext context, CancellationToken stopping)
    {
        try
        {
            using var access = FrontAccess.Open(context.Topology, context.Loggers, ClockSource.System);
            return await RunAsync(context, access, stopping);
        }
        catch (UserFileException problem)
        {
            await Console.Error.WriteLineAsync($"{context.Id} can't start: {problem.Message}");
            return ExitCodes.Configuration;
        }
    }

    private static async Task<int> RunAsync(NodeContext context, FrontAccess access, CancellationToken stopping)
    {
        var topology = context.Topology;
        var time = TimeProvider.System;
        var clock = ClockSource.System;
        var boot = DriverOptions.NewBoot();

        // The cluster, as people see it.
        var journal = new ClusterEventJournal(boot, time, LoggerOf<ClusterEventJournal>());
        var alarms = new StandingAlarms();
        var sightings = new CoordinatorSightings(context.Id, journal, alarms, time);
        var requests = new RequestLog(time);
        var storage = new StorageGate(context.Id, topology, journal, alarms);
        var accessAlarms = new AccessAlarms(context.Id, topology, access.Users, journal, alarms);

        var certificates = new CertificateWatch(context.Id, context.Certificates.Alarms, journal, alarms);
        var blocked = new BlockedReplicas(context.Id, journal, alarms);

        // The receivers of the coordinator's effects.
        using var replicas = new ReplicaClients(topology, context.Certificates.Nodes);
        var calls = new WaitingCalls();
        var bodies = new BodyFetcher(replicas.Of, time, LoggerOf<BodyFetcher>());
        var reports = new Outbox();
        var submitter = new RequestSubmitter(ClusterGroups.ManagersOf(topology), context.Id, boot, reports);
        var sink = new CoordinatorSink(calls, sightings, requests, storage, blocked, submitter, bodies, LoggerOf<ReplicatedExecutor>());

        // The cores, and the loop that runs them.
        var outbox = new Outbox();
        var coordinator = new RequestCoordinator(
            ClusterGroups.ReplicasOf(topology), OptionsOf(topology), context.Id.Number, boot, outbox, sink, boot.Value);
        coordinator.Start(clock.Now);
        var switches = new LabSwitches();
        var observer = new CoordinatorObserver(coordinator, switches, sightings, requests);
        await using var network = NodeDriver.Open(
            context, boot,
            [
                new DrivenCore(GroupId.Replicas, coordinator, outbox, Observer: observer),
                new DrivenCore(GroupId.Managers, submitter, reports),
            ],
            clock);

        // The watchers that look at the cluster from outside of the loop.
        var watch = new ClusterWatch(context.Id, topology, () => sightings.View, journal, alarms, time);
        using var poller = new ClusterPoller(topology, replicas, OnPolled, LoggerOf<ClusterPoller>(), context.Certificates.Nodes);

        // The endpoints for clients, people and tools.
        var executor = new ReplicatedExecutor(
            calls, new FrontEndLoop(coordinator, network.Driver), storage, LoggerOf<ReplicatedExecutor>());
        var reporter = new StatusReporter(topology, context.Node.Host, coordinator, network.Driver, poller, journal, alarms,
            access.Users);
        var builder = NodeWeb.CreateBuilder(context.Loggers, topology.Limits, context.Node.Listen)
            .SpeakTls(context.Certificates.Clients);
        if (topology.IsBeyondLoopback && !topology.SpeaksHttps)
            builder.AnswerProxiesOnly(topology.TrustedProxies);
        await using var web = builder
            .AnswerUnder(HostNames.Of(topology))
            .AddFrontAccess(topology, access)
            .AddContracts()
            .Build();
        using var audit = CallAudit.Open(topology, context.Id, time, LoggerOf<AuditFile>());
        if (audit is not null)
            web.Use(audit.ServeAsync);
        var tokens = access.Gate is { } gate ? new UsernameTokens(new UserTokenCheck(gate.Passwords), time) : null;
        web.MapAppointments(topology, executor, access.Callers, tokens);
        web.MapOriginal(topology, executor, access.Callers, tokens);
        web.MapStatus(new OperatorPages(access.Gate), reporter, new ClusterEventStream(journal, time, stopping), requests, network.Driver);

        // Only the first front end of a host takes orders, and only the first of all has the lab.
        var orders = topology.ControlOf(context.Id);
        using var lab = context.Lab && context.Id == topology.FrontEnds[0].Id
            ? new FaultLab(context, switches, () => network.Driver.InvokeAsync(_ => (int)coordinator.Sequencer))
            : null;
        await using var control = orders is null ? null : ControlServer.Build(context, orders, lab);

        if (control is not null)
            await control.StartAsync(stopping);
        await web.StartAsync(stopping);
        journal.Write(ClusterEventKind.FrontEndStarted, context.Id.ToString(),
            $"answers at {context.Node.Address}, process {Environment.ProcessId}");
        foreach (var warning in PlacementWarnings.OfReplicas(topology))
            StatusLog.Weak(LoggerOf<StatusReporter>(), warning);
        network.Driver.Start();
        var fetching = bodies.RunAsync(network.Driver, coordinator.OnBodyFetched, stopping);
        var polling = network.Driver.RunBesideAsync(() => poller.RunAsync(stopping), stopping);
        var watchingUsers = access.Users?.RunAsync(time, stopping) ?? Task.CompletedTask;
        var exitCode = await network.RunUntilAsync(stopping);
        await web.StopAsync(CancellationToken.None);
        if (control is not null)
            await control.StopAsync(CancellationToken.None);
        await polling;
        await fetching;
        await watchingUsers;
        return exitCode;

        ILogger<T> LoggerOf<T>() => context.Loggers.CreateLogger<T>();

        void OnPolled(ClusterReports polled)
        {
            watch.OnPolled(polled);
            storage.OnPolled(polled);
            certificates.Look();
            accessAlarms.Look();
            blocked.OnPolled(polled);
        }
    }

    private static CoordinatorOptions OptionsOf(ClusterTopology topology) => new()
    {
        CallDeadline = topology.Limits.CallDeadline,
        CallsMax = topology.Limits.InFlightCallsMax,
        Strict = topology.Strict,
    };
}
