using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Asks the sequencers to order an incarnation out, again and again until it is told to stop. A replica's manager has one: for a folder that was lost, and for
/// an operator's word. Pure and single-threaded.
/// </summary>
/// <param name="options">The group.</param>
/// <param name="outbox">Where messages go.</param>
public sealed class LeaveRequester(GroupOptions options, Outbox outbox) : IProtocol
{
    private LeaveReq? _wanted;
    private View _view = View.None;

    /// <summary>The newest committed view that was heard of; none at first.</summary>
    public View View => _view;

    /// <summary>What a sequencer has last said is committed, and when it was heard; null if none was.</summary>
    public (SequenceNumber Commit, Instant At)? LastSync { get; private set; }

    /// <summary>Who is to leave; null if nobody is.</summary>
    public Incarnation? Leaving => _wanted?.Incarnation;

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>This incarnation shall leave. The same again changes nothing.</summary>
    /// <param name="member">Its slot.</param>
    /// <param name="incarnation">Who.</param>
    /// <param name="decision">The number of the decision: the request key of the LEAVE.</param>
    /// <param name="isForced">Even if the rest has no quorum of live members; an operator's responsibility.</param>
    /// <param name="now">Now.</param>
    public void OnWanted(byte member, Incarnation incarnation, ulong decision, bool isForced, Instant now)
    {
        if (_wanted is { } wanted && wanted.Member == member && wanted.Incarnation == incarnation && wanted.IsForced == isForced)
            return;
        _wanted = new LeaveReq(member, incarnation, decision, isForced);
        NextDeadline = now;
    }

    /// <summary>An operator wants a slot's present incarnation out.</summary>
    /// <returns>Who that is; null if the slot is empty, or no sequencer was heard yet.</returns>
    public Incarnation? OnOperatorWants(byte member, bool isForced, Instant now)
    {
        if (!_view.TryGet(member, out var present))
            return null;
        // An operator's word has no number; the incarnation's is as good, because it leaves only once.
        OnWanted(member, present.Incarnation, present.Incarnation.Value, isForced, now);
        return present.Incarnation;
    }

    /// <summary>It has left, or nobody wants it any more.</summary>
    public void OnSettled()
    {
        _wanted = null;
        NextDeadline = Instant.Never;
    }

    /// <summary>The committed view tells that the leaver is gone.</summary>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (message is not Sync sync || envelope.From.Role != NodeRole.Sequencer || sync.View.Number > sync.CommitSeq || sync.View.Number < _view.Number)
            return;
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
