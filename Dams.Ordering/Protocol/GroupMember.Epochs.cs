using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <content>Changes of epoch: suspicion, promise, installation.</content>
public sealed partial class GroupMember
{
    private Installation? _installation;
    private Instant _installRetryAt = Instant.Never;
    private Instant _askViewAt;
    private Instant? _unfitSince;
    private int _rotation;

    /// <summary>An installation under way: the chosen log's tail, and what has been fetched of it so far.</summary>
    private sealed class Installation(NodeId sequencer, NewView target, SequenceNumber floor, int fetchEntriesMax)
    {
        /// <summary>Entries that came before those in front of them: a network reorders.</summary>
        public HoldBackBuffer Early { get; } = new(fetchEntriesMax);

        public NodeId Sequencer { get; } = sequencer;

        public NewView Target { get; } = target;

        /// <summary>Never cut below this: executed.</summary>
        public SequenceNumber Floor { get; } = floor;

        /// <summary>Up to here the own log is believed to be a prefix of the chosen one.</summary>
        public SequenceNumber Base { get; set; }

        public Chain BaseChain { get; set; }

        /// <summary>How far the base steps back when it does not fit; doubles.</summary>
        public long StepBack { get; set; } = 1;

        public List<Entry> Fetched { get; } = [];

        public int Tries { get; set; }

        public SequenceNumber Next => Base + (Fetched.Count + 1);

        public Chain LastChain => Fetched.Count > 0 ? Fetched[^1].Chain : BaseChain;
    }

    private void OnSuspicionTimerElapsed(Instant now)
    {
        var silent = _heardAt is { } heard ? now - heard : _options.SuspicionMax;
        var suspicion = new SeqSuspect(_promised.Epoch, _incarnation, (int)Math.Min(silent.TotalMilliseconds, int.MaxValue));
        foreach (var sequencer in _options.Sequencers)
            _outbox.Send(NodeId.Sequencer(sequencer), HeaderEpoch, suspicion);
        _suspectAt = now + _options.EpochRetry;
    }

    private void ArmSuspicion(Instant now) => _suspectAt = now + _random.Between(_options.SuspicionMin, _options.SuspicionMax);

    private void AskForView(NodeId sequencer, Instant now)
    {
        _askViewAt = now + _options.EpochRetry;
        _outbox.Send(sequencer, HeaderEpoch, new GetView(_installed.Epoch));
    }

    private void OnGetView(in Envelope envelope, Instant now)
    {
        var hears = State == MemberState.Following && _heardAt is { } heard && now - heard < _options.SuspicionMin;
        _outbox.Send(envelope.From, HeaderEpoch, new ViewSummary(_incarnation, _promised, _installed, hears, _view));
    }

    /// <summary>A promise is on disk before it is given, and from the moment it is made no older epoch is obeyed.</summary>
    private void OnPrepare(in Envelope envelope, Prepare prepare, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || prepare.Reign.Epoch.Sequencer != envelope.From.Number
            || State is MemberState.Outside or MemberState.Joining)
        {
            return;
        }

        if (prepare.Reign == _promised)
        {
            if (_recordDirty is null && _writes.Count == 0)
                SendPromise(envelope.From);
            else
                _promiseTo = envelope.From;
            return;
        }

        if (prepare.Reign.Epoch <= _promised.Epoch || prepare.Reign.Epoch < PromiseFloor)
        {
            SendRefusal(envelope.From);
            return;
        }

        _promised = prepare.Reign;
        if (_options.Mutant == Mutant.PromiseIsForgotten)
        {
            SendPromise(envelope.From);
        }
        else
        {
            _recordDirty = new MemberRecord(_incarnation, _promised, _installed, _view);
            _promiseTo = envelope.From;
        }

        _installation = null;
        _installRetryAt = Instant.Never;
        _held.Clear();
        _losses.Reset();
        State = MemberState.Promised;
        ArmSuspicion(now);
    }

    private void SendPromise(NodeId candidate) => _outbox.Send(candidate, HeaderEpoch,
        new Promise(_promised, _incarnation, _installed.Epoch, _durable, ChainAt(_durable) ?? _chain, SequenceNumber.Min(_commit, _contiguous), _gc, _lastTime, _view));

    private void OnNewView(in Envelope envelope, NewView view, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || view.Reign.Epoch.Sequencer != envelope.From.Number || view.Reign.Boot != envelope.Boot || State == MemberState.Joining)
            return;
        if (view.Reign == _installed && _installed == _promised && _options.Mutant != Mutant.DelayedNewViewCuts)
        {
            // Installed already: acknowledge and nothing else. A delayed NEWVIEW must never cut what was acknowledged since.
            if (_recordDirty is null && _writes.Count == 0)
                _outbox.Send(envelope.From, HeaderEpoch, new NewViewAck(_installed, Progress));
            return;
        }

        if (view.Reign.Epoch < _promised.Epoch || view.Reign.Epoch < PromiseFloor || (view.Reign.Epoch == _promised.Epoch && view.Reign != _promised))
        {
            SendRefusal(envelope.From);
            return;
        }

        if (_installation is { } running && running.Target.Reign == view.Reign)
            return;
        if (!view.View.TryGet(_id, out var self) || self.Incarnation != _incarnation)
        {
            // A joiner that has restored may meet a NEWVIEW from before its JOIN: its place is in the order, not in that view.
            if (_restored is null && IsFresh)
                BecomeOutside(envelope.From, now);
            // Its own view comes from SYNC.
            if (_restored is not { } position || position.Epoch != view.Reign.Epoch || view.Tail >= position.Seq || !_view.TryGet(_id, out _))
                return;
        }
        else if (IsFresh && _restored is null && !self.Votes)
        {
            // In the view, but with nothing restored: first the snapshot. SYNC says of which number.
            return;
        }
        else if (_restored is { } joined && joined.Epoch == view.Reign.Epoch && view.Tail < joined.Seq && !(_view.TryGet(_id, out var own) && own.JoinedAt >= joined.Seq))
        {
            // Joined once more above the tail, and restarted since: the view with that JOIN was in memory only, and SYNC has it.
            return;
        }

        BecomeInstalling(envelope.From, view, now);
    }

    private void BecomeInstalling(NodeId sequencer, NewView view, Instant now)
    {
        WriteBatch(null);
        _held.Clear();
        _losses.Reset();
        ArmSuspicion(now);
        State = MemberState.Installing;
        _installation = new Installation(sequencer, view, _executed, _options.FetchEntriesMax) { Base = _contiguous, BaseChain = _chain };
        if (_restored is { } joined && view.Tail < joined.Seq && joined.Epoch == view.Reign.Epoch && _options.Mutant != Mutant.JoinerAboveTailHalts)
        {
            // The JOIN was ordered in this very epoch, above the tail that it began with: the log is a prefix of its order as it is.
            CompleteInstallation(now);
            return;
        }

        if (view.Tail < _executed)
        {
            Halt($"the log of epoch {view.Reign.Epoch} ends at {view.Tail}, but {_executed} was executed");
            return;
        }

        if (_contiguous >= view.Tail)
        {
            if (ChainAt(view.Tail) == view.TailChain)
            {
                _installation.Base = view.Tail;
                _installation.BaseChain = view.TailChain;
                CompleteInstallation(now);
                return;
            }

            StepBack(view.Tail, now);
            return;
        }

        if (_options.Mutant == Mutant.ShorterMemberHalts)
            Halt($"the log of epoch {view.Reign.Epoch} ends at {view.Tail}, the own one at {_contiguous}");
        else
            AskForInstallation(now);
    }

    /// <summary>The own log differs from the chosen one at or below here: take a lower base. Below executed there is nothing to take.</summary>
    private void StepBack(SequenceNumber differsAt, Instant now)
    {
        var installation = _installation!;
        var lowest = LowestBase(installation);
        if (differsAt <= lowest)
        {
            Halt($"the log of epoch {installation.Target.Reign.Epoch} differs at {differsAt}, but {installation.Floor} was executed");
            return;
        }

        installation.Base = SequenceNumber.Max(lowest, differsAt + -installation.StepBack);
        installation.BaseChain = ChainAt(installation.Base) ?? throw new InvariantBrokenException("the log has every entry above its base");
        installation.StepBack *= 2;
        installation.Fetched.Clear();
        installation.Early.Clear();
        AskForInstallation(now);
    }

    private SequenceNumber LowestBase(Installation installation) => SequenceNumber.Max(installation.Floor, _log.Base);

    private void AskForInstallation(Instant now)
    {
        var installation = _installation!;
        var to = SequenceNumber.Min(installation.Target.Tail, installation.Next + (_options.FetchEntriesMax - 1));
        // The candidate has the tail, the source has all of it, and committed entries are with everyone: ask them in turn.
        var target = (installation.Tries % 4) switch
        {
            0 => installation.Sequencer,
            1 when installation.Target.Source != _id => _options.Member(installation.Target.Source),
            _ => NextOtherMember(),
        };
        _outbox.Send(target, _installed.Epoch, new Fetch(installation.Next, to));
        _installRetryAt = now + (installation.Tries == 0 ? _options.NakDelay : _options.EpochRetry);
    }

    private void OnInstallTimerElapsed(Instant now)
    {
        if (State != MemberState.Installing || _installation is null)
        {
            _installRetryAt = Instant.Never;
            return;
        }

        _installation.Tries++;
        AskForInstallation(now);
    }

    private void OnFetchedForInstall(Fetched fetched, Instant now)
    {
        var installation = _installation!;
        if (fetched.Entry.Seq < installation.Next || fetched.Entry.Seq > installation.Target.Tail)
            return;
        installation.Early.TryHold(fetched.Entry, installation.Next + -1);
        while (ReferenceEquals(installation, _installation) && State == MemberState.Installing && installation.Early.TryTake(installation.Next, out var entry))
            TakeFetched(installation, entry, fetched.CommitSeq, now);
    }

    private void TakeFetched(Installation installation, Entry entry, SequenceNumber senderCommit, Instant now)
    {
        if (entry.Previous != installation.LastChain)
        {
            // What was executed is in every log that can be chosen: an entry that doesn't follow it is of a tail that its sender has yet to lose.
            if (installation.Fetched.Count == 0 && installation.Base > LowestBase(installation))
                StepBack(installation.Base, now);
            else
                RestartFetch(now);
            return;
        }

        installation.Fetched.Add(entry);
        installation.Tries = 0;
        if (entry.Seq == installation.Target.Tail)
        {
            if (entry.Chain == installation.Target.TailChain)
                CompleteInstallation(now);
            else
                RestartFetch(now);
            return;
        }

        if (installation.Fetched.Count >= _options.WindowEntriesMax && entry.Seq <= installation.Target.CommitSeq && entry.Seq <= senderCommit)
            KeepCommittedPart(now);
        if (installation.Fetched.Count % _options.FetchEntriesMax == 0 || installation.Fetched.Count == 0)
            AskForInstallation(now);
    }

    /// <summary>What was fetched does not lead to the chosen tail: some sender had another log. Begin again at the base, elsewhere.</summary>
    private void RestartFetch(Instant now)
    {
        var installation = _installation!;
        installation.Fetched.Clear();
        installation.Early.Clear();
        installation.Tries++;
        _installRetryAt = now + _options.NakDelay;
        _unfitSince ??= now;
        IsInstallingInVain |= now - _unfitSince >= _options.InstallPatience;
    }

    private void NoteFit()
    {
        _unfitSince = null;
        IsInstallingInVain = false;
    }

    /// <summary>
    /// A long absence: committed entries are final in every epoch, so they may be kept before the epoch is installed. This bounds what one
    /// installation holds in memory to the window.
    /// </summary>
    private void KeepCommittedPart(Instant now)
    {
        var installation = _installation!;
        NoteFit();
        TakeOver(installation);
        WriteBatch(installation.Base < _log.Last ? installation.Base : null);
        _commit = SequenceNumber.Max(_commit, _contiguous);
        installation.Base = _contiguous;
        installation.BaseChain = _chain;
        installation.Fetched.Clear();
        Execute(now);
    }

    /// <summary>The log becomes base + fetched, in memory; the batch that is written next makes it so on disk.</summary>
    private void TakeOver(Installation installation)
    {
        Invariant.That(_appending.Count == 0 && installation.Base >= _executed);
        _contiguous = installation.Base;
        _chain = installation.BaseChain;
        _durable = SequenceNumber.Min(_durable, _contiguous);
        ForgetNotesAbove(_contiguous);
        for (var i = _writes.Count; i > 0; i--)
        {
            // A flush of what was cut must not count for what took its place.
            var write = _writes.Dequeue();
            _writes.Enqueue(write with { Last = SequenceNumber.Min(write.Last, installation.Base) });
        }

        foreach (var entry in installation.Fetched)
        {
            Invariant.That(entry.Previous == _chain && entry.Seq == _contiguous.Next);
            _appending.Add(entry);
            _contiguous = entry.Seq;
            _chain = entry.Chain;
            TakeNote(entry);
        }
    }

    private void CompleteInstallation(Instant now)
    {
        var installation = _installation!;
        Invariant.That(installation.Base > installation.Target.Tail || installation.LastChain == installation.Target.TailChain);
        TakeOver(installation);
        NoteFit();
        _promised = _installed = installation.Target.Reign;
        // Above the tail there are entries only in a joiner's log, whose own view is the later one.
        if (_contiguous == installation.Target.Tail)
            _view = installation.Target.View;
        if (EntryAt(_contiguous) is { } last)
            _lastTime = last.Time;
        _maxKnown = _contiguous;
        _recordDirty = new MemberRecord(_incarnation, _promised, _installed, _view);
        _installAckTo = installation.Sequencer;
        _installation = null;
        _installRetryAt = Instant.Never;
        State = MemberState.Following;
        ArmJoin(now);
        WriteBatch(installation.Base < _log.Last ? installation.Base : null);
        ArmSuspicion(now);
        Execute(now);
    }
}
