using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Sequencer;

/// <summary>
/// Reports laggards to the managers: replicas that hold the history up, because their disks make no progress although
/// there is something to store. New reports follow as long as this lasts, so no single report needs to be repeated. The
/// managers decide whether a laggard leaves. A core of the managers' group, beside the sequencer of that group. Pure and
/// single-threaded.
/// </summary>
/// <param name="managers">The managers' group.</param>
/// <param name="replicas">The sequencer of the replicas' group.</param>
/// <param name="boot">The boot of this process.</param>
/// <param name="outbox">The outbox of the core of the managers' group.</param>
internal sealed class LaggardReports(GroupOptions managers, SequencerProtocol replicas, BootId boot, Outbox outbox) : IProtocol
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private ulong _lastNumber;

    /// <summary>When it looks for laggards next.</summary>
    public Instant NextDeadline { get; private set; }

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => Invariant.That(false, "a sequencer has no log");

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
    }

    /// <summary>Looks for laggards and reports them, if it is time to.</summary>
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
        // Sent to all sequencers, including this process: the one that leads the managers' group orders the report.
        foreach (var sequencer in managers.Sequencers)
            outbox.Send(NodeId.Sequencer(sequencer), Epoch.None, new Req(request));
    }
}
