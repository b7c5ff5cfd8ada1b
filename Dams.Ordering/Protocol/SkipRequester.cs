using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Asks the sequencers to skip a poison entry, and repeats that until the skip is done, refused or has lasted too long.
/// A replica's manager has one, for an operator's command. Pure and single-threaded.
/// </summary>
public sealed class SkipRequester(GroupOptions options, Outbox outbox) : IProtocol
{
    private SequenceNumber? _wanted;
    private Instant _until;

    /// <summary>The last answer of the active sequencer about the last wanted entry; null if there is none.</summary>
    public SkipStatus? Status { get; private set; }

    /// <summary>The entry whose skip is being asked for; null if there is none.</summary>
    public SequenceNumber? Wanted => _wanted;

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>An operator wants an entry skipped. The same call again makes the requester ask for longer.</summary>
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
