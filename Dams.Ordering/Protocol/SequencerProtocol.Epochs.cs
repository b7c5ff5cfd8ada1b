using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>How a sequencer becomes active: evidence, promises, the choice of a log, installation.</content>
public sealed partial class SequencerProtocol
{
    private Instant _epochTimer;
    private Instant? _evidenceSince;
    private Instant _candidateSince;
    private bool _isFirstWait;
    private LogChoice? _chosen;
    private SequenceNumber _fetchFrom;
    private Chain? _fetchedChain;
    private NewView? _newView;
    private HashSet<byte> Installed { get; } = [];

    /// <summary>The claim that members promise to it as a candidate, and that it holds as the active sequencer.</summary>
    internal Reign Reign => new(Epoch, Boot);

    private void BecomeStandby(Instant now)
    {
        _isFirstWait = Epoch == Epoch.None && Activations == 0;
        State = SequencerState.Standby;
        Epoch = Epoch.None;
        _evidenceSince = null;
        _chosen = null;
        _order.Clear();
        _skips.Clear();
        _heartbeat.End();
        foreach (var track in _members.Values)
            track.ForgetEpoch();
        _epochTimer = now;
    }

    private void BecomeCandidate(Instant now)
    {
        State = SequencerState.Candidate;
        Epoch = Epoch.Of(_highestSeen.Counter + 1, Id);
        _highestSeen = Epoch;
        _candidateSince = now;
        _evidenceSince = null;
        _chosen = null;
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
                    _outbox.Send(_options.Member(member), Epoch, new GetView(_highestSeen));
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
            default:
                SendNewView();
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
                _outbox.Send(_options.Member(id), Epoch, new Prepare(Reign));
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
        _order.Members.OnHeard(envelope.From.Number, now);
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
            if (counted < Quorum.OfEpoch(_options, view))
                return;
        }

        var lowest = best.Last;
        var commit = SequenceNumber.Zero;
        var time = 0L;
        foreach (var (id, track) in _members)
        {
            if (track.Promise is not { } promise)
                continue;
            // The log of an incarnation outside the view, such as a new folder, doesn't show what the members lack.
            if (view.TryGet(id, out var member) && member.Incarnation == promise.Incarnation)
                lowest = SequenceNumber.Min(lowest, promise.Last);
            commit = SequenceNumber.Max(commit, promise.CommitSeq);
            time = Math.Max(time, promise.Time);
        }

        // The fetch begins at the end of the shortest log, so that no part of the order is known to one member alone.
        // It takes no more than the history holds.
        var bound = best.Last + -(_options.HistoryEntriesMax / 2);
        _fetchFrom = SequenceNumber.Max(SequenceNumber.Max(bound, SequenceNumber.Min(lowest, commit)), SequenceNumber.Zero);
        _chosen = new LogChoice(
            bestMember, best.Last, best.Chain, view, SequenceNumber.Min(commit, best.Last), time, _fetchFrom);
        ForgetFetched();
        if (_fetchFrom >= best.Last)
            BecomeInstalling(now);
        else
            FetchTail();
    }

    private void FetchTail()
    {
        var from = _order.History.From + _order.History.Count;
        _outbox.Send(
            _options.Member(_chosen!.Source), Epoch,
            new Fetch(from, SequenceNumber.Min(_chosen!.Last, from + (_options.FetchEntriesMax - 1))));
    }

    private void OnFetched(Fetched fetched, Instant now)
    {
        if (State != SequencerState.Candidate || _chosen is null)
            return;
        // Every member has on disk what the source no longer has. The history begins later then.
        if (_order.History.Count == 0 && fetched.FirstKept > _order.History.From && fetched.FirstKept <= _chosen.Last)
        {
            _fetchFrom = fetched.FirstKept + -1;
            ForgetFetched();
        }

        var next = _order.History.From + _order.History.Count;
        if (fetched.Entry.Seq < next || fetched.Entry.Seq > _chosen.Last)
            return;
        _early.TryHold(fetched.Entry, next + -1);
        while (State == SequencerState.Candidate && _early.TryTake(_order.History.From + _order.History.Count, out var entry))
            TakeFetched(entry, now);
    }

    private void TakeFetched(Entry entry, Instant now)
    {
        if (_fetchedChain is { } chain && entry.Previous != chain)
        {
            ForgetFetched();
            return;
        }

        _order.History.Append(entry);
        _fetchedChain = entry.Chain;
        if (entry.Seq == _chosen!.Last)
        {
            if (entry.Chain == _chosen.Chain)
                BecomeInstalling(now);
            else
                ForgetFetched();
            return;
        }

        if (_order.History.Count % _options.FetchEntriesMax == 0)
            FetchTail();
    }

    private void ForgetFetched()
    {
        _order.History.Reset(_fetchFrom);
        _early.Clear();
        _fetchedChain = null;
    }

    private void BecomeInstalling(Instant now)
    {
        State = SequencerState.Installing;
        _candidateSince = now;
        _order.Continue(_chosen!, Epoch);
        _newView = new NewView(
            Reign, _chosen!.Last, _chosen.Chain, _chosen.CommitSeq, _chosen.Time, _chosen.Source, _chosen.View);
        Installed.Clear();
        _epochTimer = now + _options.EpochRetry;
        SendNewView();
    }

    /// <summary>Always the chosen log and its view: a later view does not belong to the tail that the members install.</summary>
    private NewView MakeNewView() =>
        _newView ?? throw new InvariantBrokenException("only an installing or active sequencer has a view to tell");

    private void SendNewView()
    {
        foreach (var member in View.Members)
        {
            if (!Installed.Contains(member.Id))
                _outbox.Send(_options.Member(member.Id), Epoch, MakeNewView());
        }
    }

    private void OnNewViewAck(in Envelope envelope, NewViewAck ack, Instant now)
    {
        if (ack.Reign != Reign || State is not (SequencerState.Installing or SequencerState.Active)
            || !View.TryGet(envelope.From.Number, out var member) || member.Incarnation != ack.Progress.Incarnation
            || ack.Progress.Durable < _chosen!.Last)
        {
            return;
        }

        _order.Members.OnInstalled(member.Id, ack.Progress, now);
        Installed.Add(member.Id);
        if (State == SequencerState.Active)
        {
            _order.AdvanceCommit();
            return;
        }

        if (Installed.Count(id => View.TryGet(id, out var voter) && voter.Votes) >= Quorum.OfEpoch(_options, View))
            BecomeActive(now);
    }

    private void BecomeActive(Instant now)
    {
        State = SequencerState.Active;
        Activations++;
        _isFirstWait = false;
        _believedActive = Id;
        _order.Begin(now);
        _heartbeat.Schedule(now);
        _epochTimer = now + _options.EpochRetry;
        _heartbeat.Send(_order.ToSync(), Epoch);
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
