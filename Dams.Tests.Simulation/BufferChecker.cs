using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>Holds that no buffer outgrows the bound that its options give it.</summary>
internal static class BufferChecker
{
    public static void OnStep(SimulatedNode node, GroupOptions group, ReplicaCoreOptions core, CoordinatorOptions coordination)
    {
        switch (node.Protocol)
        {
            case SequencerProtocol sequencer:
                HoldBound(node, "history", OperationsOver(sequencer.History, group.HistoryEntriesMax), group.HistoryEntriesMax);
                HoldBound(node, "fetched early", sequencer.EarlyCount, group.FetchEntriesMax);
                break;
            case RequestCoordinator coordinator:
                HoldBound(node, "calls in flight", coordinator.Unanswered, coordination.CallsMax);
                break;
            case RequestSubmitter submitter:
                HoldBound(node, "waiting reports", submitter.WaitingCount, RequestSubmitter.WaitingMax);
                break;
            case ReplicaProtocol replica:
                HoldBound(node, "replies", replica.Core.RepliesKept, core.RepliesKept);
                HoldBound(node, "checkpoints", replica.Core.Checkpoints.Count, core.CheckpointsKept);
                break;
        }

        if (node.Member is not { } member)
            return;
        HoldBound(node, "held back", member.HeldCount, group.WindowEntriesMax);
        HoldBound(node, "fetched early", member.EarlyCount, group.FetchEntriesMax);
    }

    /// <summary>
    /// Counts what the bound applies to. A full history still takes membership changes and skips, but no requests.
    /// </summary>
    private static int OperationsOver(HistoryBuffer history, int entriesMax)
    {
        if (history.Count <= entriesMax)
            return history.Count;
        var operations = 0;
        for (var i = 0; i < history.Count; i++)
            operations += history.Find(history.From + i)!.Kind == EntryKind.Operation ? 1 : 0;
        return operations;
    }

    private static void HoldBound(SimulatedNode node, string buffer, int count, int bound) =>
        Broken.Unless(count <= bound, $"{node.Id} holds {count} in \"{buffer}\", which may hold {bound}");
}
