using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Reports to the sequencer how far a member is: at the end of a batch in which it has something to acknowledge, and
/// from time to time. Only a member that follows an epoch reports.
/// </summary>
internal sealed class ProgressReporter(GroupOptions options, BatchedLog log, Executor executor, Outbox outbox)
{
    private bool _isAckDue;

    /// <summary>When the next report is due.</summary>
    public Instant NextDeadline { get; private set; }

    /// <summary>How far the member is.</summary>
    public MemberProgress Progress => new(log.Record.Incarnation, log.Last, log.Durable, executor.Executed);

    /// <summary>The member begins to work.</summary>
    public void Start(Instant now) => NextDeadline = now + options.StateInterval;

    /// <summary>Entries came to disk, or one was repeated because its acknowledgement may have been lost.</summary>
    public void OnAckDue() => _isAckDue = true;

    /// <summary>The batch of inputs is over.</summary>
    /// <param name="followed">The epoch that the member follows; <see cref="Epoch.None"/> if it follows none.</param>
    public void OnBatchEnd(Epoch followed)
    {
        if (_isAckDue && followed != Epoch.None)
            outbox.Send(NodeId.Sequencer(followed.Sequencer), followed, new Stored(Progress));
        _isAckDue = false;
    }

    /// <summary>The next report is due.</summary>
    /// <param name="followed">The epoch that the member follows; <see cref="Epoch.None"/> if it follows none.</param>
    /// <param name="now">The moment.</param>
    public void OnTimer(Epoch followed, Instant now)
    {
        NextDeadline = now + options.StateInterval;
        if (followed != Epoch.None)
            Report(NodeId.Sequencer(followed.Sequencer), followed);
    }

    /// <summary>The sequencer wants an answer at once.</summary>
    public void Report(NodeId sequencer, Epoch followed) =>
        outbox.Send(sequencer, followed, new State(Progress, log.PendingWrites));
}
