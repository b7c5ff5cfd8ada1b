using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Asks the sequencers to have a poison entry skipped, again and again until it is done, refused or has lasted too long. A replica's manager has one, for an
/// operator's word. Pure and single-threaded.
/// </summary>
/// <param name="options">The group.</param>
/// <param name="outbox">Where messages go.</param>
public sealed class SkipRequester(GroupOptions options, Outbox outbox) : IProtocol
{
    private SequenceNumber? _wanted;
    private Instant _until;

    /// <summary>What the reigning sequencer has said last of the entry that was wanted last; null if it has said nothing.</summary>
    public SkipStatus? Status { get; private set; }

    /// <summary>The entry that is asked for; null if none is any more.</summary>
    public SequenceNumber? Wanted => _wanted;

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>An operator wants an entry skipped. The same again is asked for longer.</summary>
    public void OnOperatorWants(SequenceNumber seq, Instant now)
    {
        if (_wanted != seq)
            Status = null;
        _wanted = seq;
        _until = now + options.SkipPatience;
        NextDeadline = now;
    }

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (message is not SkipStatus status || envelope.From.Role != NodeRole.Sequencer || status.Seq != _wanted)
            return;
        Status = status;
        if (IsFinal(status.Outcome))
            OnSettled();
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => Invariant.That(false, "a requester has no log");

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
    }

    /// <inheritdoc/>
    public void OnTimer(Instant now)
    {
        if (now < NextDeadline || _wanted is not { } seq)
            return;
        if (now >= _until)
        {
            OnSettled();
            return;
        }

        NextDeadline = now + options.SkipRetry;
        foreach (var sequencer in options.Sequencers)
            outbox.Send(NodeId.Sequencer(sequencer), Epoch.None, new SkipReq(seq));
    }

    private static bool IsFinal(SkipOutcome outcome) =>
        outcome is SkipOutcome.Skipped or SkipOutcome.Executed or SkipOutcome.NotCommitted or SkipOutcome.NotARequest or SkipOutcome.Busy;

    private void OnSettled()
    {
        _wanted = null;
        NextDeadline = Instant.Never;
    }
}
