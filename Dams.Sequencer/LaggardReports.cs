using Dams.Contracts.Management;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Sequencer;

/// <summary>
/// Tells the managers which replicas hold the history up: their disks make no progress although there is something to store. Told again as long as it lasts, so that none
/// needs to be repeated; whether a laggard leaves is the managers' decision. Single-threaded: the loop of the sequencer's cores.
/// </summary>
/// <param name="managers">The managers' group.</param>
/// <param name="replicas">The sequencer of the replicas' group.</param>
/// <param name="boot">This start of the process.</param>
/// <param name="outbox">Of the core of the managers' group.</param>
internal sealed class LaggardReports(GroupOptions managers, SequencerProtocol replicas, BootId boot, Outbox outbox)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private ulong _lastNumber;

    /// <summary>When it looks next.</summary>
    public Instant NextDeadline { get; private set; }

    /// <summary>Looks whether there are laggards.</summary>
    public void OnTimer(Instant now)
    {
        if (now < NextDeadline)
            return;
        NextDeadline = now + Interval;
        foreach (var laggard in replicas.LaggardsAt(now))
        {
            if (replicas.View.TryGet(laggard, out var member))
                Report(new SuspicionReport(laggard, member.Incarnation.Value, SuspicionCause.Lagging, replicas.CommitSeq.Value));
        }
    }

    private void Report(SuspicionReport report)
    {
        var (opcode, payload) = (ReportCodec.OpcodeOf(report), ReportCodec.Encode(report));
        var key = new RequestKey((byte)NodeRole.Sequencer, boot.Value, ++_lastNumber);
        var request = new Request(key, replicas.Id, boot, _lastNumber, opcode, Request.DigestOf(opcode, payload), payload);
        // To all, this process included: whoever reigns over the managers orders it.
        foreach (var sequencer in managers.Sequencers)
            outbox.Send(NodeId.Sequencer(sequencer), Epoch.None, new Req(request));
    }
}
