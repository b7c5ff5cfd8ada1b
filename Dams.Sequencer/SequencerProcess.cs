using Dams.Hosting;
using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Microsoft.Extensions.Logging;

namespace Dams.Sequencer;

/// <summary>
/// Runs the sequencer's cores, one for each group. A process may lead one group and stand by in the other. It keeps
/// nothing on disk: after a change of epoch it fetches what it needs from the members.
/// </summary>
internal static class SequencerProcess
{
    public static async Task<int> RunAsync(NodeContext context, CancellationToken stopping)
    {
        var boot = DriverOptions.NewBoot();
        var clock = ClockSource.System;
        var logger = context.Loggers.CreateLogger<SequencerProtocol>();
        var (replicas, replicasOut) = Make(ClusterGroups.ReplicasOf(context.Topology));
        var (managers, managersOut) = Make(ClusterGroups.ManagersOf(context.Topology));
        var laggards = new LaggardReports(ClusterGroups.ManagersOf(context.Topology), replicas, boot, managersOut);
        await using var node = NodeDriver.Open(context, boot,
        [
            new DrivenCore(
                GroupId.Replicas, replicas, replicasOut, Observer: new SequencerObserver(GroupId.Replicas, replicas, logger)),
            new DrivenCore(
                GroupId.Managers, new ProtocolPair(managers, laggards), managersOut,
                Observer: new SequencerObserver(GroupId.Managers, managers, logger)),
        ], clock);
        node.Driver.Start();
        var exitCode = await node.RunUntilAsync(stopping);
        if (exitCode == ExitCodes.Stopped)
        {
            // A standby then takes over without waiting for suspicions. The messages to the standbys are known to be sent only
            // when the next turn has run.
            await node.Driver.InvokeAsync(now =>
            {
                replicas.OnStopping(now);
                managers.OnStopping(now);
                return true;
            });
            await node.Driver.InvokeAsync(_ => true);
        }

        return exitCode;

        (SequencerProtocol Core, Outbox Outbox) Make(GroupOptions group)
        {
            var outbox = new Outbox();
            var core = new SequencerProtocol(group, context.Id.Number, boot, outbox);
            core.Start(clock.Now);
            return (core, outbox);
        }
    }
}
