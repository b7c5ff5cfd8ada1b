using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Asks the sequencers to order an incarnation out, and repeats that until the incarnation has left or nobody wants it
/// to leave any more. Managers use it for agreed replacements, for a folder that was lost, and for an operator's
/// command. Pure and single-threaded.
/// </summary>
public sealed class LeaveRequester(GroupOptions options, Outbox outbox) : IProtocol
{
    private LeaveReq? _wanted;
    private View _view = View.None;

    /// <summary>The newest committed view that a SYNC has told; an empty one at first.</summary>
    public View View => _view;

    /// <summary>The committed number that a sequencer has last told, and when; null if no sequencer has been heard.</summary>
    public (SequenceNumber Commit, Instant At)? LastSync { get; private set; }

    /// <summary>The incarnation that is to leave; null if there is none.</summary>
    public Incarnation? Leaving => _wanted?.Incarnation;

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>
    /// Begins to ask for the LEAVE of an incarnation. The same call again changes nothing. The number of the decision
    /// becomes the request key of the LEAVE. A forced LEAVE is ordered even if the rest has no quorum of live members;
    /// that is an operator's responsibility.
    /// </summary>
    public void OnWanted(byte member, Incarnation incarnation, ulong decision, bool isForced, Instant now)
    {
        if (_wanted is { } wanted && wanted.Member == member && wanted.Incarnation == incarnation && wanted.IsForced == isForced)
            return;
        _wanted = new LeaveReq(member, incarnation, decision, isForced);
        NextDeadline = now;
    }

    /// <summary>An operator wants the present incarnation of a seat to leave.</summary>
    /// <returns>That incarnation; null if the seat is empty, or if no sequencer was heard yet.</returns>
    public Incarnation? OnOperatorWants(byte member, bool isForced, Instant now)
    {
        if (!_view.TryGet(member, out var present))
            return null;
        // An operator's command has no decision number. The incarnation's own number serves as well, because it leaves
        // only once.
        OnWanted(member, present.Incarnation, present.Incarnation.Value, isForced, now);
        return present.Incarnation;
    }

    /// <summary>The incarnation has left, or nobody wants it to leave any more.</summary>
    public void OnSettled()
    {
        _wanted = null;
        NextDeadline = Instant.Never;
    }

    /// <summary>Notes the committed view. If it no longer has the leaver, the requester stops asking.</summary>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (message is not Sync sync || envelope.From.Role != NodeRole.Sequencer
            || sync.View.Number > sync.CommitSeq || sync.View.Number < _view.Number)
        {
            return;
        }

        _view = sync.View;
        LastSync = (sync.CommitSeq, now);
        if (_wanted is { } wanted && (!sync.View.TryGet(wanted.Member, out var present) || present.Incarnation != wanted.Incarnation))
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
        if (now < NextDeadline || _wanted is null)
            return;
        NextDeadline = now + options.JoinRetry;
        foreach (var sequencer in options.Sequencers)
            outbox.Send(NodeId.Sequencer(sequencer), Epoch.None, _wanted);
    }
}
