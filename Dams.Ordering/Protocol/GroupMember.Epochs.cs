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
        /// <summary>Entries that arrived before their predecessors, because the network reorders.</summary>
        public HoldBackBuffer Early { get; } = new(fetchEntriesMax);

        public NodeId Sequencer { get; } = sequencer;

        public NewView Target { get; } = target;

        /// <summary>The last executed number: the log is never cut below it.</summary>
        public SequenceNumber Floor { get; } = floor;

        /// <summary>Up to this number, the own log is believed to be a prefix of the chosen one.</summary>
        public SequenceNumber Base { get; set; }

        public Chain BaseChain { get; set; }

        /// <summary>How far the base steps back when it does not fit. Doubles each time.</summary>
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

    /// <summary>A promise is on disk before it is given. From the moment the member makes it, the member obeys no older epoch.</summary>
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

    private void SendPromise(NodeId candidate) => _outbox.Send(candidate, HeaderEpoch, new Promise(
        _promised, _incarnation, _installed.Epoch, _durable, ChainAt(_durable) ?? _chain, SequenceNumber.Min(_commit, _contiguous), _gc,
        _lastTime, _view));

    private void OnNewView(in Envelope envelope, NewView view, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || view.Reign.Epoch.Sequencer != envelope.From.Number
            || view.Reign.Boot != envelope.Boot || State == MemberState.Joining)
        {
            return;
        }

        if (view.Reign == _installed && _installed == _promised && _options.Mutant != Mutant.DelayedNewViewCuts)
        {
            // Installed already: acknowledge and nothing else. A delayed NEWVIEW must never cut what was acknowledged since.
            if (_recordDirty is null && _writes.Count == 0)
                _outbox.Send(envelope.From, HeaderEpoch, new NewViewAck(_installed, Progress));
            return;
        }

        if (view.Reign.Epoch < _promised.Epoch || view.Reign.Epoch < PromiseFloor
            || (view.Reign.Epoch == _promised.Epoch && view.Reign != _promised))
        {
            SendRefusal(envelope.From);
            return;
        }

        if (_installation is { } running && running.Target.Reign == view.Reign)
            return;
        if (!view.View.TryGet(_id, out var self) || self.Incarnation != _incarnation)
        {
            // A restored joiner may get a NEWVIEW from before its JOIN. That view lacks the joiner, but the order has its JOIN.
            if (_restored is null && IsFresh)
                BecomeOutside(envelope.From, now);
            // The joiner's own view comes from SYNC.
            if (_restored is not { } position || position.Epoch != view.Reign.Epoch || view.Tail >= position.Seq
                || !_view.TryGet(_id, out _))
            {
                return;
            }
        }
        else if (IsFresh && _restored is null && !self.Votes)
        {
            // It is in the view but has restored nothing: the snapshot comes first. SYNC tells the snapshot's number.
            return;
        }
        else if (_restored is { } joined && joined.Epoch == view.Reign.Epoch && view.Tail < joined.Seq
            && !(_view.TryGet(_id, out var own) && own.JoinedAt >= joined.Seq))
        {
            // It joined once more above the tail, and has restarted since. The view with that JOIN was only in memory; SYNC has it.
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
        if (_restored is { } joined && view.Tail < joined.Seq && joined.Epoch == view.Reign.Epoch
            && _options.Mutant != Mutant.JoinerAboveTailHalts)
        {
            // The JOIN was ordered in this very epoch, above the tail that the epoch began with. The log is a prefix of its order.
            CompleteInstallation(now);
            return;
        }

        if (view.Tail < _executed)
        {
            Halt($"the log of epoch {view.Reign.Epoch} ends at entry {view.Tail}, but this member has executed entry {_executed}");
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
            Halt($"the log of epoch {view.Reign.Epoch} ends at entry {view.Tail}, this member's log at entry {_contiguous}");
        else
            AskForInstallation(now);
    }

    /// <summary>
    /// The own log differs from the chosen one at or below a number, so the member takes a lower base. If only a base below what was
    /// executed is left, the member halts.
    /// </summary>
    private void StepBack(SequenceNumber differsAt, Instant now)
    {
        var installation = _installation!;
        var lowest = LowestBase(installation);
        if (differsAt <= lowest)
        {
            Halt($"the log of epoch {installation.Target.Reign.Epoch} differs at entry {differsAt}, but this member has executed entry "
                + $"{installation.Floor}");
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
        // The sequencer has the tail, the source has the whole log, and every member has committed entries: they are asked in turn.
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
        while (ReferenceEquals(installation, _installation) && State == MemberState.Installing
            && installation.Early.TryTake(installation.Next, out var entry))
        {
            TakeFetched(installation, entry, fetched.CommitSeq, now);
        }
    }

    private void TakeFetched(Installation installation, Entry entry, SequenceNumber senderCommit, Instant now)
    {
        if (entry.Previous != installation.LastChain)
        {
            // Every log that can be chosen contains what was executed. An entry that doesn't follow it is from a tail that its sender
            // will lose.
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

        if (installation.Fetched.Count >= _options.WindowEntriesMax
            && entry.Seq <= installation.Target.CommitSeq && entry.Seq <= senderCommit)
        {
            KeepCommittedPart(now);
        }

        if (installation.Fetched.Count % _options.FetchEntriesMax == 0 || installation.Fetched.Count == 0)
            AskForInstallation(now);
    }

    /// <summary>
    /// The fetched entries don't lead to the chosen tail, because some sender had another log. The fetch begins again at the base, from
    /// another sender.
    /// </summary>
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
    /// Keeps committed entries before the epoch is installed, which is safe because they are final in every epoch. After a long
    /// absence, this bounds what one installation holds in memory to the window.
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

    /// <summary>In memory, the log becomes base + fetched. The batch that is written next does the same on disk.</summary>
    private void TakeOver(Installation installation)
    {
        Invariant.That(_appending.Count == 0 && installation.Base >= _executed);
        _contiguous = installation.Base;
        _chain = installation.BaseChain;
        _durable = SequenceNumber.Min(_durable, _contiguous);
        ForgetNotesAbove(_contiguous);
        for (var i = _writes.Count; i > 0; i--)
        {
            // A flush of entries that were cut must not count for the entries that replace them.
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
        // Only a joiner's log has entries above the tail, and its own view is the later one.
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
