using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <content>Joining and leaving: JOIN, the snapshot, the log before it, ACTIVATE, LEAVE.</content>
public sealed partial class GroupMember
{
    private SnapshotPosition? _restored;
    private SequenceNumber _givenUp;
    private NodeId _reigning;
    private Instant _joinAt = Instant.Never;
    private bool _hasCaughtUp;
    private bool _isCopying;
    private SequenceNumber _joinedAt;
    private SequenceNumber _copyFrom;
    private SequenceNumber _gcHeard;

    /// <summary>
    /// The number whose snapshot a joiner needs now; null if none. The shell fetches the snapshot and calls
    /// <see cref="OnSnapshotRestored"/>.
    /// </summary>
    public SequenceNumber? SnapshotWanted { get; private set; }

    /// <summary>
    /// Another incarnation that has this seat in the committed view; null if none has. It must leave before this one
    /// can join.
    /// </summary>
    public Incarnation? BlockedBy { get; private set; }

    /// <summary>
    /// Whether nothing was ever installed or restored in this folder, and no entries were kept of an installation that
    /// did not end.
    /// </summary>
    private bool IsFresh => _installed.Epoch == Epoch.None && _restored is null && _contiguous == SequenceNumber.Zero;

    private Epoch PromiseFloor => _restored?.Epoch ?? Epoch.None;

    /// <summary>
    /// The consumer was restored from the wanted snapshot. The snapshot is on disk, and two replicas have vouched for
    /// it.
    /// </summary>
    public void OnSnapshotRestored(SnapshotPosition position, Instant now)
    {
        if (State != MemberState.Joining || SnapshotWanted != position.Seq)
            return;
        SnapshotWanted = null;
        _restored = position;
        _mark.Inherit(position.Seq);
        _executed = position.Seq;
        _commit = SequenceNumber.Max(_commit, position.Seq);
        _lastTime = position.Time;
        _joinAt = now;
        UpdateDeadline();
    }

    /// <summary>
    /// No two replicas vouch for the wanted snapshot, or none of them gives it. The member asks for another JOIN, which
    /// has a new number.
    /// </summary>
    public void OnSnapshotUnavailable(SequenceNumber seq, Instant now)
    {
        if (State != MemberState.Joining || SnapshotWanted != seq)
            return;
        _givenUp = seq;
        SnapshotWanted = null;
        _joinAt = now;
        UpdateDeadline();
    }

    /// <summary>Only a committed view can move a member in or out: an uncommitted entry may not survive its sequencer.</summary>
    private void OnMembershipSeen(in Envelope envelope, Sync sync, Instant now)
    {
        if (!IsCommittedView(envelope, sync))
            return;
        _reigning = envelope.From;
        _gcHeard = sync.GcSeq;
        var isIn = sync.View.TryGet(_id, out var self) && self.Incarnation == _incarnation;
        BlockedBy = !isIn && self.Incarnation.Value != 0 ? self.Incarnation : null;
        if (!isIn)
        {
            // A delayed SYNC from before the JOIN does not undo it.
            if (IsFresh && (State != MemberState.Joining || sync.CommitSeq >= _joinedAt))
                BecomeOutside(envelope.From, now);
            else if (!IsFresh && sync.CommitSeq >= _executed)
                BecomeLeft();
            return;
        }

        // Until an epoch is installed, the sequencer's SYNC is the only source of the view. It includes all entries up
        // to its number.
        if (_installed.Epoch == Epoch.None)
            _view = sync.View;
        if (!IsFresh || self.Votes || State is not (MemberState.Outside or MemberState.Promised or MemberState.Joining))
            return;
        if (self.JoinedAt == _givenUp || SnapshotWanted == self.JoinedAt)
            return;
        State = MemberState.Joining;
        SnapshotWanted = _joinedAt = self.JoinedAt;
        _joinAt = Instant.Never;
    }

    private bool IsCommittedView(in Envelope envelope, Sync sync) =>
        envelope.From.Role == NodeRole.Sequencer && envelope.Epoch.Sequencer == envelope.From.Number && envelope.Epoch >= _promised.Epoch
        && sync.View.Number <= sync.CommitSeq;

    private void BecomeOutside(NodeId sequencer, Instant now)
    {
        _reigning = sequencer;
        if (State == MemberState.Outside)
            return;
        State = MemberState.Outside;
        SnapshotWanted = null;
        _held.Clear();
        _losses.Reset();
        _joinAt = now;
    }

    private void BecomeLeft()
    {
        State = MemberState.Left;
        _held.Clear();
        _losses.Reset();
        NextDeadline = Instant.Never;
    }

    private bool IsOwnLeave(Entry entry) =>
        entry.Kind == EntryKind.Leave && MembershipChange.TryRead(entry, out var change)
        && change == new MembershipChange(_id, _incarnation);

    private void OnJoinTimerElapsed(Instant now)
    {
        _joinAt = now + _options.JoinRetry;
        switch (State)
        {
            case MemberState.Outside:
            case MemberState.Joining when _restored is null && SnapshotWanted is null:
                _outbox.Send(_reigning, HeaderEpoch, new JoinReq(_incarnation, _givenUp));
                break;
            case MemberState.Joining when _restored is not null:
                _joinAt = now + _options.EpochRetry;
                AskForJoinCopy();
                break;
            case MemberState.Following when _view.TryGet(_id, out var self) && self.Incarnation == _incarnation && !self.Votes:
                if (_commit - _executed <= _options.CaughtUpWithin)
                {
                    _hasCaughtUp = true;
                    SendToSequencer(new CaughtUp(_incarnation, self.JoinedAt, _executed));
                }

                break;
            case MemberState.Promised or MemberState.Installing when _restored is not null:
                break;
            default:
                _joinAt = _view.IsVoter(_id, _incarnation) ? Instant.Never : _joinAt;
                break;
        }
    }

    /// <summary>
    /// The joiner copies the entries that others may still ask for: those above what every member has on disk, up to
    /// its JOIN. So no member that leaves takes the only old entries along.
    /// </summary>
    private void AskForJoinCopy()
    {
        if (_contiguous >= _restored!.Seq && _isCopying)
        {
            BecomeRestored();
            return;
        }

        if (!_isCopying)
            _copyFrom = SequenceNumber.Min(_gcHeard, _restored.Seq + -1).Next;
        var from = _isCopying ? _contiguous.Next : _copyFrom;
        var to = SequenceNumber.Min(_restored.Seq, from + (_options.FetchEntriesMax - 1));
        _outbox.Send(NextOtherMember(), Epoch.None, new Fetch(from, to));
    }

    private void OnFetchedForJoin(Fetched fetched, Instant now)
    {
        if (_restored is not { } position || fetched.Entry.Seq > position.Seq || fetched.Entry.Seq > fetched.CommitSeq)
            return;
        var entry = fetched.Entry;
        if (!_isCopying)
        {
            // The copy begins with the first entry that was asked for, or with the first that its sender still has.
            if (entry.Seq != SequenceNumber.Max(_copyFrom, fetched.FirstKept))
                return;
            BeginCopy(entry);
        }
        else if (entry.Seq == fetched.FirstKept && entry.Seq > _contiguous.Next)
        {
            // The copy was for an earlier JOIN, and was interrupted. The entries after it were trimmed since, because
            // every member has them.
            BeginCopy(entry);
        }

        if (entry.Seq <= _contiguous)
            return;
        if (!_held.TryHold(entry, _contiguous))
            return;
        while (_held.TryTake(_contiguous.Next, out var next))
        {
            if (next.Previous != _chain || (next.Seq == position.Seq && next.Chain != position.Chain))
            {
                Halt($"entry {next.Seq} of the log before the JOIN does not fit the chain");
                return;
            }

            _appending.Add(next);
            _contiguous = next.Seq;
            _chain = next.Chain;
        }

        if (_contiguous >= position.Seq)
            BecomeRestored();
        else if (_held.Count == 0)
            _joinAt = now;
    }

    private void BeginCopy(Entry first)
    {
        WriteBatch(null);
        _held.Clear();
        _log.TrimTo(first.Seq + -1, first.Previous);
        _isCopying = true;
        _contiguous = _durable = first.Seq + -1;
        _chain = first.Previous;
    }

    private void BecomeRestored()
    {
        Invariant.That(_contiguous == _restored!.Seq && _chain == _restored.Chain);
        _held.Clear();
        _isCopying = false;
        _maxKnown = _contiguous;
        _lastTime = _restored.Time;
        State = MemberState.Promised;
    }

    /// <summary>The view is always the one at the log's end. It goes to disk with the entry that changed it.</summary>
    private void NoteMembership(Entry entry)
    {
        if (entry.Kind is not (EntryKind.Join or EntryKind.Activate or EntryKind.Leave) || entry.Seq <= _view.Number)
            return;
        _view = _view.After(entry);
        _recordDirty = new MemberRecord(_incarnation, _promised, _installed, _view);
        if (_options.Mutant == Mutant.LogDeletedBeforeLeave && IsOwnLeave(entry))
            BecomeLeft();
    }

    /// <summary>A member that does not vote yet reports as soon as it has caught up, and repeats that until it votes.</summary>
    private void ArmJoin(Instant now)
    {
        _joinAt = _view.IsVoter(_id, _incarnation) ? Instant.Never : now;
        _hasCaughtUp = false;
    }

    private void FollowCatchingUp(Instant now)
    {
        if (State == MemberState.Following && !_hasCaughtUp && _joinAt != Instant.Never && _commit - _executed <= _options.CaughtUpWithin)
            OnJoinTimerElapsed(now);
    }
}
