using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>How a sequencer comes to reign: evidence, promises, the choice of a log, installation.</content>
public sealed partial class SequencerProtocol
{
    private Instant _epochTimer;
    private Instant? _evidenceSince;
    private Instant _candidateSince;
    private Instant _activeSince;
    private bool _isFirstWait;
    private Promise? _chosen;
    private byte _chosenMember;
    private SequenceNumber _fetchFrom;
    private Chain? _fetchedChain;
    private HashSet<byte> Installed { get; } = [];

    private Reign Reign => new(_epoch, _boot);

    private void BecomeStandby(Instant now)
    {
        _isFirstWait = _epoch == Epoch.None && Activations == 0;
        State = SequencerState.Standby;
        _epoch = Epoch.None;
        _evidenceSince = null;
        _chosen = null;
        _view = View.None;
        _commitDue = false;
        _syncAt = Instant.Never;
        _history.Reset(SequenceNumber.Zero);
        foreach (var track in _members.Values)
            track.ForgetEpoch();
        _epochTimer = now;
    }

    private void BecomeCandidate(Instant now)
    {
        State = SequencerState.Candidate;
        _epoch = Epoch.Of(_highestSeen.Counter + 1, _id);
        _highestSeen = _epoch;
        _candidateSince = now;
        _evidenceSince = null;
        _chosen = null;
        _syncAt = Instant.Never;
        foreach (var track in _members.Values)
            track.ForgetEpoch();
        _epochTimer = now;
    }

    private void OnEpochTimerElapsed(Instant now)
    {
        _epochTimer = now + _options.EpochRetry;
        switch (State)
        {
            case SequencerState.Standby:
                foreach (var member in _options.Members)
                    _outbox.Send(_options.Member(member), _epoch, new GetView(_highestSeen));
                ConsiderCandidacy(now);
                break;
            case SequencerState.Candidate or SequencerState.Installing when now - _candidateSince > _options.CandidatePatience && HasRivalsOrQuorum():
                BecomeCandidate(now);
                SendPrepare();
                break;
            case SequencerState.Candidate:
                SendPrepare();
                if (_chosen is not null)
                    FetchTail();
                break;
            case SequencerState.Installing:
                SendNewView();
                break;
            case SequencerState.Active:
                foreach (var member in _view.Members)
                {
                    if (!Installed.Contains(member.Id))
                        _outbox.Send(_options.Member(member.Id), _epoch, MakeNewView());
                }

                break;
        }
    }

    /// <summary>Trying again with a higher epoch helps only if enough members answered and something else is stuck; waiting for a first start it does not.</summary>
    private bool HasRivalsOrQuorum() => _chosen is not null || State == SequencerState.Installing;

    private void SendPrepare()
    {
        foreach (var (id, track) in _members)
        {
            if (track.Promise is null)
                _outbox.Send(_options.Member(id), _epoch, new Prepare(Reign));
        }
    }

    private void OnViewSummary(in Envelope envelope, ViewSummary summary, Instant now)
    {
        if (envelope.From.Role != _options.MemberRole || !_members.TryGetValue(envelope.From.Number, out var track))
            return;
        track.Summary = summary;
        track.SummaryAt = now;
        if (summary.Promised.Epoch > _highestSeen)
            _highestSeen = summary.Promised.Epoch;
        if (summary.HearsSequencer)
            _believedActive = summary.Installed.Epoch.Sequencer;
        if (State == SequencerState.Standby)
            ConsiderCandidacy(now);
    }

    private void OnSeqSuspect(in Envelope envelope, SeqSuspect suspicion, Instant now)
    {
        if (envelope.From.Role != _options.MemberRole || !_members.TryGetValue(envelope.From.Number, out var track))
            return;
        track.Suspicion = suspicion;
        track.SuspicionAt = now;
        if (suspicion.Epoch > _highestSeen)
            _highestSeen = suspicion.Epoch;
        if (State == SequencerState.Standby)
            ConsiderCandidacy(now);
    }

    /// <summary>
    /// Q members must say that nobody reigns: that they suspect the sequencer of their epoch, or, just after this process has started, that they hear
    /// none or only its own former life. The i-th in the order of preference waits, so that candidates rarely meet.
    /// </summary>
    private void ConsiderCandidacy(Instant now)
    {
        var suspicions = 0;
        var nobody = 0;
        var ownFormerLife = 0;
        foreach (var track in _members.Values)
        {
            if (track.Suspicion is not null && now - track.SuspicionAt <= _options.EvidenceLifetime)
                suspicions++;
            if (track.Summary is not { } summary || now - track.SummaryAt > _options.EvidenceLifetime)
                continue;
            if (!summary.HearsSequencer)
                nobody++;
            if (summary.Installed.Epoch.Sequencer == _id && summary.Installed.Epoch != Epoch.None && summary.Installed.Boot != _boot)
                ownFormerLife++;
        }

        var quorum = View.EpochQuorumOf(_options.Members.Count);
        if (suspicions < quorum && !(_isFirstWait && (nobody >= quorum || ownFormerLife >= quorum)))
        {
            _evidenceSince = null;
            return;
        }

        _evidenceSince ??= now;
        var place = 0;
        while (place < _options.Sequencers.Count && _options.Sequencers[place] != _id)
            place++;
        var wait = ownFormerLife >= quorum && _isFirstWait ? TimeSpan.Zero : _options.CandidateStagger * place;
        if (now - _evidenceSince < wait)
            return;
        BecomeCandidate(now);
        OnEpochTimerElapsed(now);
    }

    private void OnPromise(in Envelope envelope, Promise promise, Instant now)
    {
        if (promise.Reign != Reign || State != SequencerState.Candidate || envelope.From.Role != _options.MemberRole
            || !_members.TryGetValue(envelope.From.Number, out var track))
        {
            return;
        }

        track.Promise = promise;
        track.HeardAt = now;
        if (_chosen is null)
            ChooseLog(now);
    }

    /// <summary>
    /// The log with the highest (installed epoch, length), in that order and never by length alone, of Q members of that log's own view.
    /// If nobody has installed anything, this is the first epoch, and everyone configured must be there.
    /// </summary>
    private void ChooseLog(Instant now)
    {
        Promise? best = null;
        byte bestMember = 0;
        var promises = 0;
        foreach (var id in _options.Members)
        {
            if (_members[id].Promise is not { } promise)
                continue;
            promises++;
            if (best is null || promise.Installed > best.Installed || (promise.Installed == best.Installed && promise.Last > best.Last))
                (best, bestMember) = (promise, id);
        }

        if (best is null)
            return;
        View view;
        if (best.Installed == Epoch.None)
        {
            if (promises < _options.Members.Count)
                return;
            view = new View(SequenceNumber.Zero, _options.Members.Select(id =>
                new ViewMember(id, _members[id].Promise!.Incarnation, SequenceNumber.Zero, SequenceNumber.Zero)));
        }
        else
        {
            view = best.View;
            var counted = view.Members.Count(member => member.Votes && _members[member.Id].Promise is { } given && given.Incarnation == member.Incarnation);
            if (counted < view.EpochQuorum)
                return;
        }

        _chosen = best;
        _chosenMember = bestMember;
        _view = view;
        var lowest = best.Last;
        var commit = SequenceNumber.Zero;
        _time = 0;
        foreach (var track in _members.Values)
        {
            if (track.Promise is not { } promise)
                continue;
            lowest = SequenceNumber.Min(lowest, promise.Last);
            commit = SequenceNumber.Max(commit, promise.CommitSeq);
            _time = Math.Max(_time, promise.Time);
        }

        // The tail is fetched from the lowest log on, so that the order is not known to one member alone, but no more than the history holds.
        var bound = best.Last + -(_options.HistoryEntriesMax / 2);
        _fetchFrom = SequenceNumber.Max(SequenceNumber.Max(bound, SequenceNumber.Min(lowest, commit)), SequenceNumber.Zero);
        _commit = SequenceNumber.Min(commit, best.Last);
        ForgetFetched();
        if (_fetchFrom >= best.Last)
            BecomeInstalling(now);
        else
            FetchTail();
    }

    private void FetchTail()
    {
        var from = _history.From + _history.Count;
        _outbox.Send(_options.Member(_chosenMember), _epoch, new Fetch(from, SequenceNumber.Min(_chosen!.Last, from + (_options.FetchEntriesMax - 1))));
    }

    private void OnFetched(Fetched fetched, Instant now)
    {
        if (State != SequencerState.Candidate || _chosen is null)
            return;
        var next = _history.From + _history.Count;
        if (fetched.Entry.Seq < next || fetched.Entry.Seq > _chosen.Last)
            return;
        _early.TryHold(fetched.Entry, next + -1);
        while (State == SequencerState.Candidate && _early.TryTake(_history.From + _history.Count, out var entry))
            TakeFetched(entry, now);
    }

    private void TakeFetched(Entry entry, Instant now)
    {
        if (_fetchedChain is { } chain && entry.Previous != chain)
        {
            ForgetFetched();
            return;
        }

        _history.Append(entry);
        _fetchedChain = entry.Chain;
        if (entry.Seq == _chosen!.Last)
        {
            if (entry.Chain == _chosen.Chain)
                BecomeInstalling(now);
            else
                ForgetFetched();
            return;
        }

        if (_history.Count % _options.FetchEntriesMax == 0)
            FetchTail();
    }

    private void ForgetFetched()
    {
        _history.Reset(_fetchFrom);
        _early.Clear();
        _fetchedChain = null;
    }

    private void BecomeInstalling(Instant now)
    {
        State = SequencerState.Installing;
        _candidateSince = now;
        _max = _chosen!.Last;
        _chain = _chosen.Chain;
        Installed.Clear();
        _epochTimer = now + _options.EpochRetry;
        SendNewView();
    }

    private NewView MakeNewView() => new(Reign, _chosen!.Last, _chosen.Chain, _commitFloor, _timeFloor, _chosenMember, _view);

    private SequenceNumber _commitFloor;
    private long _timeFloor;

    private void SendNewView()
    {
        _commitFloor = _commit;
        _timeFloor = _time;
        foreach (var member in _view.Members)
        {
            if (!Installed.Contains(member.Id))
                _outbox.Send(_options.Member(member.Id), _epoch, MakeNewView());
        }
    }

    /// <summary>Members fetch the tail from the candidate's history; what is older they have from each other.</summary>
    private void OnFetch(in Envelope envelope, Fetch fetch)
    {
        if (State is not (SequencerState.Installing or SequencerState.Active) || envelope.From.Role != _options.MemberRole)
            return;
        for (var i = 0; i < _options.FetchEntriesMax && fetch.From + i <= fetch.To; i++)
        {
            if (_history.Find(fetch.From + i) is not { } entry)
                return;
            _outbox.Send(envelope.From, _epoch, new Fetched(_commit, entry));
        }
    }

    private void OnNewViewAck(in Envelope envelope, NewViewAck ack, Instant now)
    {
        if (ack.Reign != Reign || State is not (SequencerState.Installing or SequencerState.Active)
            || !_view.TryGet(envelope.From.Number, out var member) || member.Incarnation != ack.Progress.Incarnation
            || ack.Progress.Durable < _chosen!.Last)
        {
            return;
        }

        var track = _members[member.Id];
        track.HeardAt = now;
        Installed.Add(member.Id);
        if (track.Progress is null || track.Progress.Value.Durable < ack.Progress.Durable)
            track.Progress = ack.Progress;
        if (State == SequencerState.Active)
        {
            AdvanceCommit();
            return;
        }

        if (Installed.Count(id => _view.TryGet(id, out var voter) && voter.Votes) >= _view.EpochQuorum)
            BecomeActive(now);
    }

    private void BecomeActive(Instant now)
    {
        State = SequencerState.Active;
        Activations++;
        _isFirstWait = false;
        _believedActive = _id;
        _activeSince = now;
        // Q have the whole log on disk: everything in it is committed, and nothing of another epoch is remembered.
        _commit = _max;
        _gc = SequenceNumber.Zero;
        _commitDue = true;
        _syncAt = now + _options.SyncInterval;
        _epochTimer = now + _options.EpochRetry;
        SendSync();
    }

    private void OnGetView(in Envelope envelope)
    {
        if (State != SequencerState.Active)
            return;
        if (envelope.From.Role == _options.MemberRole)
            _outbox.Send(envelope.From, _epoch, MakeNewView());
        else
            _outbox.Send(envelope.From, _epoch, MakeSync());
    }

    /// <summary>Another sequencer reigns. A higher epoch has fenced this one before it comes here.</summary>
    private void OnSyncOfAnother(in Envelope envelope, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || envelope.Epoch < _highestSeen)
            return;
        _believedActive = envelope.From.Number;
        if (State != SequencerState.Standby)
            return;
        _isFirstWait = false;
        _evidenceSince = null;
        _epochTimer = now + _options.EpochRetry;
    }
}
