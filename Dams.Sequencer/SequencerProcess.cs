using Dams.Hosting;
using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Microsoft.Extensions.Logging;

namespace Dams.Sequencer;

/// <summary>Runs the sequencer's core. It keeps nothing on disk: what it needs after a change of epoch it fetches from the members.</summary>
internal static class SequencerProcess
{
    public static async Task<int> RunAsync(NodeContext context, CancellationToken stopping)
    {
        var boot = DriverOptions.NewBoot();
        var clock = ClockSource.System;
        var outbox = new Outbox();
        var core = new SequencerProtocol(ClusterGroups.ReplicasOf(context.Topology), (byte)context.Id.Number, boot, outbox, boot.Value);
        core.Start(clock.Now);
        var observed = new ObservedSequencer(core, context.Loggers.CreateLogger<SequencerProtocol>());
        await using var node = NodeDriver.Open(context, boot, new DrivenCore(GroupId.Replicas, observed, outbox), clock);
        node.Driver.Start();
        return await node.RunUntilAsync(stopping);
    }
}
