using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Decides what a new incarnation asks for until it votes: its JOIN, the snapshot of that number, the log in front of
/// it, and when it has caught up its ACTIVATE.
/// </summary>
internal sealed class Joiner
{
    private readonly GroupOptions _options;
    private readonly byte _id;
    private readonly BatchedLog _log;
    private readonly Executor _executor;
    private readonly Outbox _outbox;
    private readonly JoinCopy _copy;
    private SequenceNumber _joinedAt;
    private SequenceNumber _givenUp;
    private SequenceNumber _everywhere;
    private bool _hasCaughtUp;

    /// <summary>Begins outside of the group, or where an earlier boot stopped.</summary>
    /// <param name="options">The options of the group.</param>
    /// <param name="id">The seat of the member.</param>
    /// <param name="log">Its log.</param>
    /// <param name="executor">Tells how far it has caught up.</param>
    /// <param name="peers">The members to copy the log from.</param>
    /// <param name="outbox">Takes the requests.</param>
    /// <param name="restored">The snapshot that an earlier boot of the joiner has restored; null if none has.</param>
    public Joiner(
        GroupOptions options, byte id, BatchedLog log, Executor executor, PeerRotation peers, Outbox outbox, SnapshotPosition? restored)
    {
        _options = options;
        _id = id;
        _log = log;
        _executor = executor;
        _outbox = outbox;
        _copy = new JoinCopy(options, log, peers, outbox, isBegun: restored is not null && log.Last > SequenceNumber.Zero);
        Restored = restored;
    }

    /// <summary>When to ask next; <see cref="Instant.Never"/> if nothing is to be asked for.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>The number whose snapshot is needed now; null if none is.</summary>
    public SequenceNumber? SnapshotWanted { get; private set; }

    /// <summary>Another incarnation that has this seat in the committed view; null if none has.</summary>
    public Incarnation? BlockedBy { get; private set; }

    /// <summary>The position of the snapshot that this incarnation has joined with; null if it has restored none.</summary>
    public SnapshotPosition? Restored { get; private set; }

    /// <summary>The sequencer that was last heard to lead the group.</summary>
    public NodeId Sequencer { get; set; }

    /// <summary>A joiner promises nothing below the epoch of its JOIN.</summary>
    public Epoch PromiseFloor => Restored?.Epoch ?? Epoch.None;

    /// <summary>Entries of the log in front of the JOIN that arrived before their predecessors.</summary>
    public int HeldCount => _copy.HeldCount;

    /// <summary>Whether a member that follows has caught up just now, and has not said so yet.</summary>
    public bool HasJustCaughtUp => !_hasCaughtUp && NextDeadline != Instant.Never && _executor.Behind <= _options.CaughtUpWithin;

    /// <summary>
    /// Whether nothing was ever installed or restored in this folder, and no entries were kept of an installation that
    /// did not end.
    /// </summary>
    public bool IsFresh => _log.Record.Installed.Epoch == Epoch.None && Restored is null && _log.Last == SequenceNumber.Zero;

    /// <summary>Whether this incarnation votes, by the view at the end of its log.</summary>
    public bool IsVoter => _log.Record.View.IsVoter(_id, _log.Record.Incarnation);

    /// <summary>Whether this incarnation is in a view.</summary>
    public bool IsIn(View view, out ViewMember self) => view.TryGet(_id, out self) && self.Incarnation == _log.Record.Incarnation;

    /// <summary>A sequencer has told the committed view.</summary>
    /// <param name="sequencer">The sequencer.</param>
    /// <param name="sync">The message.</param>
    /// <param name="self">The view's entry for this member's seat.</param>
    /// <returns>Whether this incarnation is in the view.</returns>
    public bool OnCommittedView(NodeId sequencer, Sync sync, out ViewMember self)
    {
        Sequencer = sequencer;
        _everywhere = sync.GcSeq;
        var isIn = IsIn(sync.View, out self);
        BlockedBy = !isIn && self.Incarnation.Value != 0 ? self.Incarnation : null;
        return isIn;
    }

    /// <summary>Whether a committed number is below that of the JOIN. The view there may lack this incarnation.</summary>
    public bool IsBeforeJoin(SequenceNumber committed) => committed < _joinedAt;

    /// <summary>Whether a JOIN is news: its snapshot is not wanted yet, and was not given up.</summary>
    public bool IsNewJoin(SequenceNumber joinedAt) => joinedAt != _givenUp && SnapshotWanted != joinedAt;

    /// <summary>
    /// Whether a joiner's JOIN was ordered in the very epoch of a NEWVIEW, above the tail. Then its log is a prefix of the
    /// order of that epoch, although it ends above the tail.
    /// </summary>
    public bool IsJoinedAbove(NewView view) =>
        Restored is { } join && view.Tail < join.Seq && join.Epoch == view.Claim.Epoch;

    /// <summary>Whether this member may install a NEWVIEW now. A new incarnation may have to join first.</summary>
    public bool MayInstall(NewView view)
    {
        var isKnown = _log.Record.View.TryGet(_id, out var known);
        if (!IsIn(view.View, out var self))
        {
            // A restored joiner may get a NEWVIEW from before its JOIN. That view lacks the joiner, but the order has its
            // JOIN. The joiner's own view comes from SYNC.
            return IsJoinedAbove(view) && isKnown;
        }

        // It is in the view but has restored nothing: the snapshot comes first. SYNC tells the snapshot's number.
        if (IsFresh && !self.Votes)
            return false;
        // It joined once more above the tail, and has restarted since. The view with that JOIN was only in memory; SYNC has it.
        return !IsJoinedAbove(view) || (isKnown && known.JoinedAt >= Restored!.Seq);
    }

    /// <summary>This incarnation is not in the view. It asks for its JOIN.</summary>
    public void WantJoin(Instant now)
    {
        SnapshotWanted = null;
        NextDeadline = now;
    }

    /// <summary>The JOIN is committed: its snapshot is wanted.</summary>
    public void WantSnapshot(SequenceNumber joinedAt)
    {
        SnapshotWanted = _joinedAt = joinedAt;
        NextDeadline = Instant.Never;
    }

    /// <summary>The wanted snapshot was restored.</summary>
    public void OnRestored(SnapshotPosition position, Instant now)
    {
        SnapshotWanted = null;
        Restored = position;
        NextDeadline = now;
    }

    /// <summary>Nobody gives the wanted snapshot. Another JOIN is asked for, which has a new number.</summary>
    public void OnUnavailable(Instant now)
    {
        _givenUp = SnapshotWanted!.Value;
        SnapshotWanted = null;
        NextDeadline = now;
    }

    /// <summary>A member has given an entry of the log in front of the JOIN.</summary>
    public Intake OnFetched(Fetched fetched, Instant now)
    {
        if (Restored is not { } join)
            return Intake.Waiting;
        var step = _copy.OnFetched(fetched, join);
        if (step == Intake.Taken)
            NextDeadline = now;
        return step;
    }

    /// <summary>A member that does not vote yet reports as soon as it has caught up, and repeats that until it votes.</summary>
    public void Arm(Instant now)
    {
        NextDeadline = IsVoter ? Instant.Never : now;
        _hasCaughtUp = false;
    }

    /// <summary>Asks for what is needed next.</summary>
    /// <param name="state">The state of the member.</param>
    /// <param name="followed">The epoch that it follows; <see cref="Epoch.None"/> if it follows none.</param>
    /// <param name="now">The moment.</param>
    /// <returns><see cref="Intake.Complete"/> if the log in front of the JOIN is complete.</returns>
    public Intake OnTimer(MemberState state, Epoch followed, Instant now)
    {
        NextDeadline = now + _options.JoinRetry;
        switch (state)
        {
            case MemberState.Outside:
            case MemberState.Joining when Restored is null && SnapshotWanted is null:
                _outbox.Send(Sequencer, Epoch.None, new JoinReq(_log.Record.Incarnation, _givenUp));
                break;
            case MemberState.Joining when Restored is { } join:
                NextDeadline = now + _options.EpochRetry;
                if (_copy.IsComplete(join))
                    return Intake.Complete;
                _copy.Ask(join, _everywhere, Sequencer);
                break;
            case MemberState.Following when IsIn(_log.Record.View, out var self) && !self.Votes:
                if (_executor.Behind <= _options.CaughtUpWithin)
                {
                    _hasCaughtUp = true;
                    _outbox.Send(
                        NodeId.Sequencer(followed.Sequencer), followed, new CaughtUp(self.Incarnation, self.JoinedAt, _executor.Executed));
                }

                break;
            case MemberState.Promised or MemberState.Installing when Restored is not null:
                break;
            default:
                NextDeadline = IsVoter ? Instant.Never : NextDeadline;
                break;
        }

        return Intake.Waiting;
    }
}
