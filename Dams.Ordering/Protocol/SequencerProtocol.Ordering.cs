using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>The normal path of the active sequencer.</content>
public sealed partial class SequencerProtocol
{
    /// <summary>Up to this number the history may drop entries: the members have them on their disks.</summary>
    private SequenceNumber Droppable => _options.Mutant == Mutant.UncommittedEntriesAreDropped ? _max : _commit;

    private void OnReq(in Envelope envelope, Req req, Instant now)
    {
        // Sequencers send requests too: they report laggards to the managers.
        if (envelope.From.Role is not (NodeRole.FrontEnd or NodeRole.Manager or NodeRole.Sequencer))
            return;
        var request = req.Request;
        if (State != SequencerState.Active)
        {
            Acknowledge(envelope, request, ReqAckStatus.NotSequencer, _believedActive);
            return;
        }

        if (_history.Find(request.Key) is { } known && known.Request.Digest == request.Digest)
        {
            OnRepeatedReq(envelope, known);
            return;
        }

        if (request.Payload.Length > Request.PayloadBytesMax)
        {
            Acknowledge(envelope, request, ReqAckStatus.TooBig, Request.PayloadBytesMax);
            return;
        }

        if (_max - _commit >= _options.WindowEntriesMax || _history.IsFull(Droppable))
        {
            Acknowledge(envelope, request, ReqAckStatus.Busy, _options.BusyRetryMilliseconds);
            return;
        }

        // A known key with another digest is ordered too: the replicas answer it.
        var entry = Append(EntryKind.Operation, request, now);
        Acknowledge(envelope, request, ReqAckStatus.Ordered, entry.Seq.Value);
    }

    /// <summary>
    /// The client may have lost the replies, so a repeat makes the replicas send them again. If it were swallowed, the
    /// client would wait for ever.
    /// </summary>
    private void OnRepeatedReq(in Envelope envelope, Entry known)
    {
        Acknowledge(envelope, known.Request, ReqAckStatus.Duplicate, known.Seq.Value);
        if (known.Seq > _commit || _options.Mutant == Mutant.DuplicateIsSwallowed)
            return;
        var resend = new Resend(known.Request.Key, known.Seq, envelope.From.Number);
        SendToMembers(resend);
    }

    private void Acknowledge(in Envelope envelope, Request request, ReqAckStatus status, long argument) =>
        _outbox.Send(envelope.From, _epoch, new ReqAck(request.Key, status, argument));

    private Entry Append(EntryKind kind, Request request, Instant now)
    {
        _time = _options.Mutant == Mutant.TimeFollowsTheClock ? now.UnixMilliseconds : Math.Max(_time, now.UnixMilliseconds);
        var entry = new Entry(_max.Next, _epoch, _time, kind, _chain, request);
        _max = entry.Seq;
        _chain = entry.Chain;
        _history.Append(entry);
        _history.Trim(Droppable);
        NoteMembership(entry, now);
        SendToMembers(new Order(entry));
        return entry;
    }

    private void OnProgress(in Envelope envelope, MemberProgress progress, Instant now)
    {
        if (State != SequencerState.Active || envelope.Epoch != _epoch || envelope.From.Role != _options.MemberRole
            || !_members.TryGetValue(envelope.From.Number, out var track)
            || !TryGetMember(envelope.From.Number, progress.Incarnation))
        {
            return;
        }

        // No member has more than was ordered: anything beyond that is from no order of this epoch.
        if (progress.Durable > _max)
            return;
        track.HeardAt = now;
        if (track.Progress is { } before && before.Incarnation == progress.Incarnation && before.Durable > progress.Durable)
            progress = progress with { Durable = before.Durable };
        if (track.Progress is not { } last || progress.Durable > last.Durable || progress.Durable == _max)
            track.AdvancedAt = now;
        track.Progress = progress;
        AdvanceCommit();
    }

    /// <summary>
    /// An entry is committed when K members have it on disk, and all entries before it are committed. These K members
    /// vote both in the view just before the entry and in the latest appended view. At most one change of membership is
    /// uncommitted, so there are two views at most.
    /// </summary>
    private void AdvanceCommit()
    {
        var stable = StableIn(_options.Mutant == Mutant.ActivationCountsForOlderEntries ? _view : _viewBefore);
        if (stable >= _view.Number && _view.Number > _commit)
            stable = SequenceNumber.Max(_view.Number, StableIn(_view));
        else if (_view.Number > _commit)
            stable = SequenceNumber.Min(stable, _view.Number);
        _gc = LowestDurable();
        if (stable <= _commit)
            return;
        _commit = stable;
        if (_commit >= _view.Number)
            _viewBefore = _view;
        _commitDue = true;
        _history.Trim(Droppable);
    }

    /// <summary>The last number on the disks of K members that vote both in a view and in the latest one.</summary>
    private SequenceNumber StableIn(View view)
    {
        Span<long> durable = stackalloc long[View.MembersMax];
        var voters = 0;
        foreach (var member in view.Members)
        {
            if (member.Votes && _view.IsVoter(member.Id, member.Incarnation))
                durable[voters++] = DurableOf(member).Value;
        }

        var quorum = Math.Max(CommitQuorumOf(view), CommitQuorumOf(_view));
        if (voters == 0 || voters < quorum)
            return SequenceNumber.Zero;
        durable[..voters].Sort();
        return new SequenceNumber(durable[voters - quorum]);
    }

    /// <summary>
    /// The last number that every member of the committed and of the latest view has on disk. A member that was not
    /// heard in this epoch counts as having nothing. A joiner needs everything from its JOIN on, the JOIN included,
    /// because its log begins there.
    /// </summary>
    private SequenceNumber LowestDurable()
    {
        var lowest = _commit;
        foreach (var view in (ReadOnlySpan<View>)[_viewBefore, _view])
        {
            foreach (var member in view.Members)
            {
                var needs = member.Votes ? DurableOf(member) : SequenceNumber.Min(member.JoinedAt + -1, _commit);
                lowest = SequenceNumber.Min(lowest, needs);
            }
        }

        return lowest;
    }

    private SequenceNumber DurableOf(ViewMember member) =>
        _members[member.Id].Progress is { } progress && progress.Incarnation == member.Incarnation ? progress.Durable
        : _options.Mutant == Mutant.TrimmingIgnoresSilentMembers && _commit > SequenceNumber.Zero ? _commit : SequenceNumber.Zero;

    private void OnNak(in Envelope envelope, Nak nak, Instant now)
    {
        if (State != SequencerState.Active || envelope.From.Role != _options.MemberRole
            || !_members.TryGetValue(envelope.From.Number, out var track))
        {
            return;
        }

        if (track.LastNak == nak && now - track.LastNakAt < _options.RetransmitLinger)
            return;
        track.LastNak = nak;
        track.LastNakAt = now;
        var sent = 0;
        for (var i = 0; i < 64 && sent < _options.RetransmitEntriesMax; i++)
        {
            if ((nak.Bitmap & (1UL << i)) == 0 || _history.Find(nak.From + i) is not { } entry)
                continue;
            _outbox.Send(envelope.From, _epoch, new Retrans(entry));
            sent++;
        }
    }

    private void OnMissing(in Envelope envelope, Missing missing)
    {
        if (State == SequencerState.Active && envelope.From.Role == _options.MemberRole
            && _history.Find(missing.Key) is { } known && known.Seq == missing.Seq)
        {
            _history.Forget(missing.Key);
        }
    }

    private void OnSyncTimerElapsed(Instant now)
    {
        _syncAt = now + _options.SyncInterval;
        if (State != SequencerState.Active)
        {
            _syncAt = Instant.Never;
            return;
        }

        var heard = 0;
        foreach (var member in _view.Members)
        {
            if (member.Votes && _members[member.Id].HeardAt is { } at && now - at <= _options.DeafAfter)
                heard++;
        }

        if (heard < EpochQuorumOf(_view) && now - _activeSince > _options.DeafAfter)
            return;
        SendSync();
    }

    private void SendSync()
    {
        // SYNC goes to every seat, in the view or not. A new incarnation learns from it that it has to join, an old one
        // that it has left.
        foreach (var member in _options.Members)
            _outbox.Send(_options.Member(member), _epoch, MakeSync());
        foreach (var sequencer in _options.Sequencers)
        {
            if (sequencer != _id)
                _outbox.Send(NodeId.Sequencer(sequencer), _epoch, MakeSync());
        }

        foreach (var frontEnd in _options.FrontEnds)
            _outbox.Send(NodeId.FrontEnd(frontEnd), _epoch, MakeSync());
        if (_options.Group != GroupId.Replicas)
            return;
        foreach (var manager in _options.Members)
            _outbox.Send(NodeId.Manager(manager), _epoch, MakeSync());
    }

    private Sync MakeSync() => new(_max, _commit, _gc, _history.From, _max - _commit > _options.WindowEntriesMax * 3 / 4, _view);
}
