using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>JOIN, ACTIVATE and LEAVE, which are ordered like everything else, and the orderly end of an epoch.</content>
public sealed partial class SequencerProtocol
{
    /// <summary>
    /// The laggards of the view. The disk of such a member has made no progress for too long while there was something
    /// to store. Or the member is too far behind to be waited for.
    /// </summary>
    public IReadOnlyList<byte> LaggardsAt(Instant now) => State != SequencerState.Active
        ? []
        : [.. _view.Members.Where(member => IsLaggard(member, now)).Select(member => member.Id)];

    private bool IsLaggard(in ViewMember member, Instant now)
    {
        var durable = DurableOf(member);
        var patience = member.Votes ? _options.LaggardAfter : _options.JoinerLaggardAfter;
        return (durable < _commit && now - LastAdvance(member.Id) > patience)
            || (member.Votes && _commit - durable > _options.LagEntriesMax);
    }

    /// <summary>Whether the next change may be appended. At most one is uncommitted, so the last one must be committed first.</summary>
    private bool MembershipIsSettled => State == SequencerState.Active && _commit >= _view.Number;

    /// <summary>The process is being stopped. The next sequencer takes over without waiting for suspicions.</summary>
    public void OnStopping(Instant now)
    {
        if (State == SequencerState.Active)
        {
            foreach (var sequencer in _options.Sequencers)
            {
                if (sequencer != _id)
                    _outbox.Send(NodeId.Sequencer(sequencer), _epoch, new HandOver(_epoch));
            }
        }

        BecomeStandby(now);
        _epochTimer = Instant.Never;
        UpdateDeadline();
    }

    private Instant LastAdvance(byte member) => _members[member].AdvancedAt is { Ticks: > 0 } at ? at : _activeSince;

    private bool TryGetMember(byte id, Incarnation incarnation) =>
        (_view.TryGet(id, out var member) && member.Incarnation == incarnation)
        || (_viewBefore.TryGet(id, out member) && member.Incarnation == incarnation);

    private void SendToMembers(Message message)
    {
        foreach (var member in _view.Members)
            _outbox.Send(_options.Member(member.Id), _epoch, message);
        if (ReferenceEquals(_view, _viewBefore))
            return;
        // A member that is being ordered out still gets messages until its LEAVE is committed.
        foreach (var member in _viewBefore.Members)
        {
            if (!_view.TryGet(member.Id, out _))
                _outbox.Send(_options.Member(member.Id), _epoch, message);
        }
    }

    private void NoteMembership(Entry entry, Instant now)
    {
        var after = _view.After(entry);
        if (ReferenceEquals(after, _view))
            return;
        _viewBefore = _view;
        _view = after;
        foreach (var member in after.Members)
        {
            var track = _members[member.Id];
            if (track.Progress is { } progress && progress.Incarnation != member.Incarnation)
                track.Progress = null;
            // The patience with a new member begins here, and so does that with a member that votes from now on. A
            // repeated JOIN does not begin it anew, and no change begins it anew for other members.
            if (!_viewBefore.TryGet(member.Id, out var before) || before.Incarnation != member.Incarnation || before.Votes != member.Votes)
                track.AdvancedAt = now;
        }
    }

    private void AppendChange(EntryKind kind, MembershipChange change, ulong number, Instant now) =>
        Append(kind, change.ToRequest(kind, number), now);

    /// <summary>A seat has one incarnation at a time: a JOIN waits until the old one has been ordered out.</summary>
    private void OnJoinReq(in Envelope envelope, JoinReq join, Instant now)
    {
        if (!MembershipIsSettled || envelope.From.Role != _options.MemberRole || !_members.ContainsKey(envelope.From.Number))
            return;
        if (_view.TryGet(envelope.From.Number, out var present)
            && (present.Incarnation != join.Incarnation || present.Votes || present.JoinedAt != join.After))
        {
            return;
        }

        AppendChange(EntryKind.Join, new MembershipChange(envelope.From.Number, join.Incarnation), (ulong)_max.Next.Value, now);
    }

    private void OnCaughtUp(in Envelope envelope, CaughtUp caughtUp, Instant now)
    {
        if (!MembershipIsSettled || envelope.From.Role != _options.MemberRole || !_view.TryGet(envelope.From.Number, out var joiner)
            || joiner.Incarnation != caughtUp.Incarnation || joiner.Votes || caughtUp.Executed < joiner.JoinedAt
            || _commit - caughtUp.Executed > _options.WindowEntriesMax)
        {
            return;
        }

        AppendChange(EntryKind.Activate, new MembershipChange(joiner.Id, joiner.Incarnation), (ulong)_max.Next.Value, now);
    }

    /// <summary>
    /// Orders a member out only if the rest can go on: at least two voters, and a quorum of them heard recently. An
    /// operator may force it.
    /// </summary>
    private void OnLeaveReq(in Envelope envelope, LeaveReq leave, Instant now)
    {
        if (!MembershipIsSettled || envelope.From.Role != NodeRole.Manager
            || !_view.TryGet(leave.Member, out var leaver) || leaver.Incarnation != leave.Incarnation)
        {
            return;
        }

        var rest = 0;
        var live = 0;
        foreach (var member in _view.Members)
        {
            if (!member.Votes || member.Id == leave.Member)
                continue;
            rest++;
            if (_members[member.Id].HeardAt is { } at && now - at <= _options.DeafAfter)
                live++;
        }

        if (!leave.IsForced && IsSkipOpen)
            return;
        if (!leave.IsForced && leaver.Votes && (rest < 2 || live < View.EpochQuorumOf(rest)))
            return;
        AppendChange(EntryKind.Leave, new MembershipChange(leave.Member, leave.Incarnation), leave.Decision, now);
    }

    /// <summary>The active sequencer hands over in order. The first of the others prepares at once; the rest wait their turn.</summary>
    private void OnHandOver(in Envelope envelope, HandOver handOver, Instant now)
    {
        if (State != SequencerState.Standby || envelope.From.Role != NodeRole.Sequencer || handOver.Epoch < _highestSeen
            || handOver.Epoch.Sequencer != envelope.From.Number)
        {
            return;
        }

        foreach (var sequencer in _options.Sequencers)
        {
            if (sequencer == envelope.From.Number)
                continue;
            if (sequencer != _id)
                return;
            BecomeCandidate(now);
            OnEpochTimerElapsed(now);
            return;
        }
    }
}
