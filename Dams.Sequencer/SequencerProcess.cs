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
        await using var node = NodeDriver.Open(context, boot, [new DrivenCore(GroupId.Replicas, observed, outbox)], clock);
        node.Driver.Start();
        var exitCode = await node.RunUntilAsync(stopping);
        if (exitCode == ExitCodes.Stopped)
        {
            // Whoever stands by takes over without waiting for suspicions. The answer is only known to have been sent when the next turn has run.
            await node.Driver.InvokeAsync(now => core.State == SequencerState.Active && HandOver(core, now));
            await node.Driver.InvokeAsync(_ => true);
        }

        return exitCode;
    }

    private static bool HandOver(SequencerProtocol core, Instant now)
    {
        core.OnStopping(now);
        return true;
    }
}
