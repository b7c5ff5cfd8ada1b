using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>
/// Compares what members say with their disks. Promises, installs and progress are on disk before a member reports them. A promise
/// that was given never falls. A log is trimmed behind a snapshot of its own, and only as far as every voter has the entries.
/// </summary>
internal sealed class DurabilityChecker
{
    private readonly Dictionary<Incarnation, Epoch> _given = [];
    private readonly Dictionary<SimulatedLog, SequenceNumber> _bases = [];

    /// <summary>Checks a message against the disk of its sender, just when it is sent.</summary>
    public void OnSend(SimulatedNode node, Message message)
    {
        switch (message)
        {
            case Promise promise:
                var record = node.Log!.DurableRecord;
                Broken.Unless(
                    record.Promised == promise.Claim, $"{node.Id} gives the promise {promise.Claim}, but has {record.Promised} on disk");
                HoldProgress(node, promise.Last);
                _given[record.Incarnation] = promise.Claim.Epoch;
                break;
            case NewViewAck ack:
                var installed = node.Log!.DurableRecord;
                // A later promise may have followed the install before both were on disk. It tells of the install, so that the
                // candidate that gets it misses nothing.
                Broken.Unless(
                    installed.Installed == ack.Claim && installed.Promised.Epoch >= ack.Claim.Epoch,
                    $"{node.Id} says that it has installed {ack.Claim}, "
                        + $"but has {installed.Installed} installed and {installed.Promised} promised on disk");
                HoldProgress(node, ack.Progress.Durable);
                break;
            case Stored stored:
                HoldProgress(node, stored.Progress.Durable);
                break;
            case State state:
                HoldProgress(node, state.Progress.Durable);
                break;
        }
    }

    /// <summary>Checks a node after a step.</summary>
    /// <param name="node">The node that has done the step.</param>
    /// <param name="members">All members of its group, itself included.</param>
    public void OnStep(SimulatedNode node, IReadOnlyList<SimulatedNode> members)
    {
        if (node.Member is not { } member)
            return;
        // A member whose stamp is not confirmed obeys nobody.
        var isObeying = member.State is not (MemberState.Unconfirmed or MemberState.Outdated or MemberState.Left)
            && member.Incarnation != node.Replaced;
        Broken.Unless(
            !_given.TryGetValue(member.Incarnation, out var given) || member.Promised.Epoch >= given || !isObeying,
            $"{node.Id} obeys {member.Promised}, although it has promised epoch {given}");
        var log = node.Log!;
        var before = _bases.GetValueOrDefault(log);
        if (log.Base == before)
            return;
        _bases[log] = log.Base;
        var snapshot = node.Snapshot?.Seq ?? new SequenceNumber(node.Agreed?.Seq ?? 0);
        Broken.Unless(
            log.Base > before && log.Base <= snapshot && log.Base <= member.Executed,
            $"{node.Id} has trimmed its log from {before} to {log.Base}, "
                + $"but its snapshot is of {snapshot} and it has executed {member.Executed}");
        foreach (var voter in members)
        {
            foreach (var other in voter.FormerLogs.Append(voter.Log!))
            {
                Broken.Unless(
                    log.Base <= other.DurableLast || !IsVoter(voter, other, members),
                    $"{node.Id} has trimmed its log to {log.Base}, but {voter.Id} has only {other.DurableLast} on disk");
            }
        }
    }

    private static void HoldProgress(SimulatedNode node, SequenceNumber told) =>
        Broken.Unless(
            told <= node.Log!.DurableLast, $"{node.Id} says that it has stored {told}, but has only {node.Log.DurableLast} on disk");

    /// <summary>
    /// Whether a folder's incarnation votes: its own view says so, and its LEAVE is not on two disks.
    /// </summary>
    private static bool IsVoter(SimulatedNode voter, SimulatedLog log, IReadOnlyList<SimulatedNode> members) =>
        !log.IsOld && log.DurableRecord.View.IsVoter(voter.Id.Number, log.Record.Incarnation)
        && members.Count(holder => holder.FormerLogs.Append(holder.Log!)
            .Any(copy => copy.HasLeave(voter.Id.Number, log.Record.Incarnation.Value))) < 2;
}
