using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>How a sequencer becomes active: evidence, promises, the choice of a log, installation.</content>
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
    private NewView? _newView;
    private HashSet<byte> Installed { get; } = [];

    /// <summary>The claim that members promise to it as a candidate, and that it holds as the active sequencer.</summary>
    internal Reign Reign => new(_epoch, _boot);

    private void BecomeStandby(Instant now)
    {
        _isFirstWait = _epoch == Epoch.None && Activations == 0;
        State = SequencerState.Standby;
        _epoch = Epoch.None;
        _evidenceSince = null;
        _chosen = null;
        _view = _viewBefore = View.None;
        _commitDue = false;
        _syncAt = _skipAt = Instant.Never;
        _skip = null;
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
        _syncAt = _skipAt = Instant.Never;
        _skip = null;
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
            case SequencerState.Candidate or SequencerState.Installing
                when now - _candidateSince > _options.CandidatePatience && HasRivalsOrQuorum():
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

    /// <summary>
    /// Whether trying again with a higher epoch can help. It helps only if enough members have answered and something
    /// else is stuck. It does not help a candidate that waits for a first start.
    /// </summary>
    private bool HasRivalsOrQuorum() => _chosen is not null || State == SequencerState.Installing;

    private void SendPrepare()
    {
        foreach (var (id, track) in _members)
        {
            if (track.Promise is null)
                _outbox.Send(_options.Member(id), _epoch, new Prepare(Reign));
        }
    }

    /// <summary>
    /// Whether what a member tells fits this group. A member that has installed an epoch has a view with voters, and
    /// all members in it are of this group. A member that tells another view has another configuration, or is damaged.
    /// </summary>
    private bool IsOfGroup(Epoch installed, View view) =>
        installed == Epoch.None || (view.Voters > 0 && view.Members.All(member => _members.ContainsKey(member.Id)));

    private void OnPromise(in Envelope envelope, Promise promise, Instant now)
    {
        if (promise.Reign != Reign || State != SequencerState.Candidate || envelope.From.Role != _options.MemberRole
            || !_members.TryGetValue(envelope.From.Number, out var track) || !IsOfGroup(promise.Installed, promise.View))
        {
            return;
        }

        track.Promise = promise;
        track.HeardAt = now;
        if (_chosen is null)
            ChooseLog(now);
    }

    /// <summary>
    /// Chooses the log with the highest (installed epoch, length), in that order and never by length alone. Q voters of
    /// that log's own view must have promised. If no member has installed anything, this is the first epoch, and every
    /// configured member must have promised.
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
            var isBetter = best is null || promise.Installed > best.Installed
                || (promise.Installed == best.Installed && promise.Last > best.Last);
            if (_options.Mutant == Mutant.LongestLogWins)
                isBetter = best is null || promise.Last > best.Last;
            if (isBetter)
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
            var counted = view.Members.Count(member =>
                member.Votes && _members[member.Id].Promise is { } given && given.Incarnation == member.Incarnation);
            if (_options.Mutant == Mutant.QuorumOfStrangers)
                counted = promises;
            if (counted < EpochQuorumOf(view))
                return;
        }

        _chosen = best;
        _chosenMember = bestMember;
        _view = _viewBefore = view;
        var lowest = best.Last;
        var commit = SequenceNumber.Zero;
        _time = 0;
        foreach (var (id, track) in _members)
        {
            if (track.Promise is not { } promise)
                continue;
            // The log of an incarnation outside the view, such as a new folder, doesn't show what the members lack.
            if (view.TryGet(id, out var member) && member.Incarnation == promise.Incarnation)
                lowest = SequenceNumber.Min(lowest, promise.Last);
            commit = SequenceNumber.Max(commit, promise.CommitSeq);
            _time = Math.Max(_time, promise.Time);
        }

        // The fetch begins at the end of the shortest log, so that no part of the order is known to one member alone.
        // It takes no more than the history holds.
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
        _outbox.Send(
            _options.Member(_chosenMember), _epoch,
            new Fetch(from, SequenceNumber.Min(_chosen!.Last, from + (_options.FetchEntriesMax - 1))));
    }

    private void OnFetched(Fetched fetched, Instant now)
    {
        if (State != SequencerState.Candidate || _chosen is null)
            return;
        // Every member has on disk what the source no longer has. The history begins later then.
        if (_history.Count == 0 && fetched.FirstKept > _history.From && fetched.FirstKept <= _chosen.Last)
        {
            _fetchFrom = fetched.FirstKept + -1;
            ForgetFetched();
        }

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
        _newView = new NewView(Reign, _max, _chain, _commit, _time, _chosenMember, _view);
        Installed.Clear();
        _epochTimer = now + _options.EpochRetry;
        SendNewView();
    }

    /// <summary>Always the chosen log and its view: a later view does not belong to the tail that the members install.</summary>
    private NewView MakeNewView() =>
        _newView ?? throw new InvariantBrokenException("only an installing or active sequencer has a view to tell");

    private void SendNewView()
    {
        foreach (var member in _view.Members)
        {
            if (!Installed.Contains(member.Id))
                _outbox.Send(_options.Member(member.Id), _epoch, MakeNewView());
        }
    }

    /// <summary>Members fetch the tail from the candidate's history. They get older entries from each other.</summary>
    private void OnFetch(in Envelope envelope, Fetch fetch)
    {
        if (State is not (SequencerState.Installing or SequencerState.Active) || envelope.From.Role != _options.MemberRole)
            return;
        // A candidate's history begins where it began to fetch. Only the members can give older entries.
        for (var i = 0; i < _options.FetchEntriesMax && fetch.From + i <= fetch.To; i++)
        {
            if (_history.Find(fetch.From + i) is not { } entry)
                return;
            _outbox.Send(envelope.From, _epoch, new Fetched(_commit, _history.From, entry));
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

        if (Installed.Count(id => _view.TryGet(id, out var voter) && voter.Votes) >= EpochQuorumOf(_view))
            BecomeActive(now);
    }

    private void BecomeActive(Instant now)
    {
        State = SequencerState.Active;
        Activations++;
        _isFirstWait = false;
        _believedActive = _id;
        _activeSince = now;
        // Q members have the whole log on disk, so everything in it is committed. Nothing of another epoch is
        // remembered.
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

    /// <summary>Another sequencer is active. If its epoch is higher, it has fenced this one before this call.</summary>
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
