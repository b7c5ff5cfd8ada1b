using System.ServiceModel;
using System.Text.Json;
using Dams.Contracts.Topology;
using Dams.Hosting;
using Dams.Hosting.Cluster;
using Dams.Hosting.Processes;
using Dams.Hosting.Supervision;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodeId = Dams.Contracts.Topology.NodeId;
using NodeRole = Dams.Contracts.Topology.NodeRole;

namespace Dams.ReplicaManager;

/// <summary>
/// Keeps the replica of its number running, and has an incarnation ordered out whose folder was lost. The replica is no part of this process: it goes on
/// when a manager is killed, and the next manager takes it over. A manager that stops in order, because it was told to or its parent is gone, stops
/// its replica first.
/// </summary>
internal static class ManagerProcess
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);

    public static async Task<int> RunAsync(NodeContext context, CancellationToken stopping)
    {
        var id = new NodeId(NodeRole.Replica, context.Id.Number);
        var logger = context.Loggers.CreateLogger("Dams.ReplicaManager.Replica");
        var folder = context.Topology.FolderOf(id);
        var program = ProgramLocator.Find(NodeRole.Replica);
        var replica = new SupervisedProcess(id.ToString(),
            () =>
            {
                if (ReplicaFolder.SetAsideIfLeft(folder) is { } aside)
                    ManagerLog.SetAside(logger, id.ToString(), aside);
                return program.ToStartInfo(context.ArgumentsFor(id));
            },
            new SupervisionPolicy(), logger, TimeProvider.System, () => PidFile.FindRunning(folder, id.ToString()));

        var outbox = new Outbox();
        var leaving = new LeaveRequester(ClusterGroups.ReplicasOf(context.Topology), outbox);
        var skipping = new SkipRequester(ClusterGroups.ReplicasOf(context.Topology), outbox);
        await using var network = NodeDriver.Open(
            context, DriverOptions.NewBoot(), new DrivenCore(GroupId.Replicas, new ProtocolPair(leaving, skipping), outbox), ClockSource.System);
        using var clients = new ReplicaClients(context.Topology);

        var builder = NodeWeb.CreateBuilder(context.Loggers, context.Topology.Limits, context.Node.Listen);
        await using var web = builder.Build();
        web.MapGet("/status", http =>
        {
            var status = StatusOf(context, id, replica.Status, stopping.IsCancellationRequested);
            http.Response.ContentType = "application/json";
            return JsonSerializer.SerializeAsync(http.Response.Body, status, ManagerJson.Default.ManagerStatus, http.RequestAborted);
        });
        web.MapPost("/leave", async http =>
        {
            var isForced = http.Request.Query.ContainsKey("force");
            var leaver = await network.Driver.InvokeAsync(now => leaving.OnOperatorWants((byte)id.Number, isForced, now));
            http.Response.StatusCode = leaver is null ? StatusCodes.Status409Conflict : StatusCodes.Status202Accepted;
            if (leaver is { } incarnation)
                ManagerLog.OperatorOrdersOut(logger, id.ToString(), incarnation.ToString(), isForced);
            await http.Response.WriteAsync(leaver is { } who ? $"{id}, incarnation {who}, is being ordered out\n" : $"{id} is not in the view, or no sequencer is heard\n");
        });
        web.MapSkip(skipping, network.Driver, logger);
        // The port first: a manager that can't have it must not have a replica either.
        await web.StartAsync(stopping);
        network.Driver.Start();
        replica.Want();
        var watching = WatchAsync(id, clients, network.Driver, leaving, logger, stopping);
        using (stopping.Register(replica.End))
            await replica.RunAsync();
        await web.StopAsync(CancellationToken.None);
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCodes.Stopped;
    }

    /// <summary>A replica that stands outside because a lost incarnation has its place gets that place: its own manager has the lost one ordered out.</summary>
    private static async Task WatchAsync(
        NodeId replica, ReplicaClients clients, ProtocolDriver driver, LeaveRequester leaving, ILogger logger, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(WatchInterval);
        var ordered = default(Incarnation);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                var status = await clients.Of(replica.Number).GetStatusAsync().WaitAsync(WatchInterval, stopping);
                if (!Incarnation.TryParse(status.BlockedBy, out var lost))
                    continue;
                if (lost != ordered)
                    ManagerLog.OrdersOut(logger, replica.ToString(), lost.ToString(), status.Incarnation);
                ordered = lost;
                driver.Post(now => leaving.OnWanted((byte)replica.Number, lost, false, now));
            }
            catch (Exception silence) when (silence is CommunicationException or TimeoutException)
            {
                ManagerLog.NotWatched(logger, replica.ToString(), silence.Message);
            }
        }
    }

    private static ManagerStatus StatusOf(NodeContext context, NodeId replica, SupervisedStatus status, bool isStopping) => new(
        context.Id.ToString(),
        Environment.ProcessId,
        isStopping ? "stopping" : "running",
        new ReplicaStatus(replica.ToString(), status.Process?.ProcessId, status.State.ToString().ToLowerInvariant(), status.Restarts, status.LastExitCode));
}
