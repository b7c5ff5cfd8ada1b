using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>Whom the member obeys, and the changes of its state.</content>
public sealed partial class GroupMember
{
    /// <summary>
    /// Whether a sequencer's message belongs to the claim that is promised and installed. The member refuses anything
    /// older, so that a deposed sequencer learns that its epoch is over. Anything newer makes the member ask for the
    /// view.
    /// </summary>
    private bool IsFromPromised(in Envelope envelope, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || envelope.Epoch.Sequencer != envelope.From.Number)
            return false;
        if (new Claim(envelope.Epoch, envelope.Boot) == Promised)
        {
            if (State == MemberState.Promised)
                _watch.OnUninstalledEpoch(envelope.From, Followed, now);
            return State == MemberState.Following;
        }

        if (envelope.Epoch > Promised.Epoch)
        {
            _watch.OnUninstalledEpoch(envelope.From, Followed, now);
            return false;
        }

        SendRefusal(envelope.From);
        return false;
    }

    private void SendRefusal(NodeId sequencer) => _outbox.Send(sequencer, Followed, new Refused(Promised));

    private void OnSkipAsk(in Envelope envelope, SkipAsk ask, Instant now)
    {
        // A joiner without a snapshot has executed nothing. It is asked too: it must not restore one and then execute
        // the entry.
        var isJoiner = State == MemberState.Joining && _joiner.IsFresh && envelope.From == _joiner.Sequencer;
        if ((!isJoiner && !IsFromPromised(envelope, now)) || (!isJoiner && ask.Seq > _log.Last) || ask.Seq == SequenceNumber.Zero)
            return;
        var answer = _executor.OnSkipAsk(ask);
        // The sequencer counts the members only after the first promise. So a mistyped old number makes no member read
        // its log.
        var isViewNeeded = !isJoiner && (answer == SkipAnswer.Promised || ask.IsUrgent);
        var before = isViewNeeded ? _executor.ViewBefore(ask.Seq, View) : View.None;
        _outbox.Send(envelope.From, Followed, new SkipVote(ask.Seq, Incarnation, answer, before));
    }

    /// <summary>
    /// An entry from another member's log. The member believes it in two cases. If its sender knows it to be committed,
    /// it is final in every epoch. If the sender follows the very epoch that is installed here, both logs are prefixes
    /// of one order.
    /// </summary>
    private void OnFetched(in Envelope envelope, Fetched fetched, Instant now)
    {
        switch (State)
        {
            case MemberState.Installing:
                OnFetchedForInstall(fetched, now);
                break;
            case MemberState.Joining:
                OnFetchedForJoin(fetched, now);
                break;
            case MemberState.Following when envelope.From.Role == _options.MemberRole
                && (fetched.Entry.Seq <= fetched.CommitSeq || envelope.Epoch == Installed.Epoch):
                OnOrder(fetched.Entry, now);
                break;
        }
    }

    private void OnFetchedForInstall(Fetched fetched, Instant now)
    {
        if (!_installer.TryHold(fetched.Entry))
            return;
        while (State == MemberState.Installing && _installer.TakeNext(fetched.CommitSeq, now) is var step
            && step.Status != IntakeStatus.Waiting)
        {
            OnInstallStep(step, now);
        }
    }

    private void OnInstallStep(Intake step, Instant now)
    {
        switch (step.Status)
        {
            case IntakeStatus.PartIsFinal:
                KeepFinalPart(now);
                break;
            case IntakeStatus.Complete:
                BecomeFollowing(now);
                break;
            case IntakeStatus.Contradiction:
                BecomeHalted(step.Reason!);
                break;
        }
    }

    /// <summary>
    /// Keeps committed entries before the epoch is installed, which is safe because they are final in every epoch. After a long
    /// absence, this bounds what one installation holds in memory to the window.
    /// </summary>
    private void KeepFinalPart(Instant now)
    {
        var part = _installer.OnFit();
        TakeOver(part);
        _log.WriteAbove(part.Base);
        _log.NoteCommitted(_log.Last);
        part.ContinueAfter(_log.Last, _log.Chain);
        Execute(now);
        _installer.Ask(now);
    }

    /// <summary>In memory, the log becomes base + fetched. The batch that is written next does the same on disk.</summary>
    private void TakeOver(Installation installation)
    {
        Invariant.That(installation.Base >= Executed);
        _log.ReplaceAbove(installation.Base, installation.BaseChain, installation.Fetched);
        _executor.ForgetNotesAbove(installation.Base);
        foreach (var entry in installation.Fetched)
            _executor.TakeNote(entry);
    }

    private void OnFetchedForJoin(Fetched fetched, Instant now)
    {
        var step = _joiner.OnFetched(fetched, now);
        if (step.Status == IntakeStatus.Complete)
            BecomeRestored();
        else if (step.Status == IntakeStatus.Contradiction)
            BecomeHalted(step.Reason!);
    }

    private void OnGetView(in Envelope envelope, Instant now) => _outbox.Send(envelope.From, Followed,
        new ViewSummary(Incarnation, Promised, Installed, State == MemberState.Following && _watch.Hears(now), View));

    /// <summary>A promise is on disk before it is given. From the moment the member makes it, the member obeys no older epoch.</summary>
    private void OnPrepare(in Envelope envelope, Prepare prepare, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || prepare.Claim.Epoch.Sequencer != envelope.From.Number
            || State is MemberState.Outside or MemberState.Joining)
        {
            return;
        }

        if (prepare.Claim == Promised)
        {
            if (_log.IsRecordDurable)
                SendPromise(envelope.From);
            else
                _log.OwePromise(envelope.From);
            return;
        }

        if (prepare.Claim.Epoch <= Promised.Epoch || prepare.Claim.Epoch < _joiner.PromiseFloor)
        {
            SendRefusal(envelope.From);
            return;
        }

        BecomePromised(envelope.From, prepare.Claim, now);
    }

    private void OnNewView(in Envelope envelope, NewView view, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || view.Claim.Epoch.Sequencer != envelope.From.Number
            || view.Claim.Boot != envelope.Boot || State == MemberState.Joining)
        {
            return;
        }

        if (view.Claim == Installed && Installed == Promised)
        {
            // Installed already: acknowledge and nothing else. A delayed NEWVIEW must never cut what was acknowledged since.
            if (_log.IsRecordDurable)
                SendInstallAck(envelope.From);
            return;
        }

        if (view.Claim.Epoch < Promised.Epoch || view.Claim.Epoch < _joiner.PromiseFloor
            || (view.Claim.Epoch == Promised.Epoch && view.Claim != Promised))
        {
            SendRefusal(envelope.From);
            return;
        }

        if (_installer.IsInstalling(view.Claim))
            return;
        if (_joiner.MayInstall(view))
            BecomeInstalling(envelope.From, view, now);
        else if (_joiner.IsFresh && !_joiner.IsIn(view.View, out _))
            BecomeOutside(envelope.From, now);
    }

    /// <summary>Only a committed view can move a member in or out: an uncommitted entry may not survive its sequencer.</summary>
    private void OnMembershipSeen(in Envelope envelope, Sync sync, Instant now)
    {
        if (!IsCommittedView(envelope, sync))
            return;
        if (!_joiner.OnCommittedView(envelope.From, sync, out var self))
        {
            // A delayed SYNC from before the JOIN does not undo it.
            if (_joiner.IsFresh && (State != MemberState.Joining || !_joiner.IsBeforeJoin(sync.CommitSeq)))
                BecomeOutside(envelope.From, now);
            else if (!_joiner.IsFresh && sync.CommitSeq >= Executed)
                BecomeLeft();
            return;
        }

        // Until an epoch is installed, the sequencer's SYNC is the only source of the view. It includes all entries up
        // to its number.
        if (Installed.Epoch == Epoch.None)
            _log.Adopt(_log.Record with { View = sync.View });
        if (_joiner.IsFresh && !self.Votes && State is MemberState.Outside or MemberState.Promised or MemberState.Joining
            && _joiner.IsNewJoin(self.JoinedAt))
        {
            BecomeJoining(self.JoinedAt);
        }
    }

    private bool IsCommittedView(in Envelope envelope, Sync sync) =>
        envelope.From.Role == NodeRole.Sequencer && envelope.Epoch.Sequencer == envelope.From.Number && envelope.Epoch >= Promised.Epoch
        && sync.View.Number <= sync.CommitSeq;

    private void OnStampAck(in Envelope envelope, StampAck ack, Instant now)
    {
        _stamps.OnAnswer(envelope.From, ack, View, now);
        if (_stamps.Refusal is { } refusal)
        {
            BecomeOutdated($"its folder is an older copy: it has stamp {_stamps.Own}, "
                + $"but {_options.Member(refusal.Member)} knows its stamp {refusal.Known}");
        }
        else if (State == MemberState.Unconfirmed && _stamps.MayWork)
        {
            BecomeConfirmed(now);
        }
    }

    /// <summary>
    /// The incarnation of an outdated folder may have been replaced already. Nobody can order that incarnation out
    /// again, so it leaves by itself.
    /// </summary>
    private void OnSyncOfOutdated(in Envelope envelope, Sync sync)
    {
        if (IsCommittedView(envelope, sync) && sync.CommitSeq >= Executed && !_joiner.IsIn(sync.View, out _))
            BecomeLeft();
    }

    /// <summary>The folder is the newest, so the member goes on where it stopped.</summary>
    private void BecomeConfirmed(Instant now)
    {
        State = _confirmedState;
        _reporter.Start(now);
        _watch.Arm(now);
        if (State is MemberState.Joining or MemberState.Following)
            _joiner.Arm(now);
        Execute(now);
    }

    /// <summary>From now on the member obeys no older claim. It follows nothing until a NEWVIEW is installed.</summary>
    private void BecomePromised(NodeId candidate, Claim claim, Instant now)
    {
        _log.Remember(_log.Record with { Promised = claim });
        _log.OwePromise(candidate);
        _installer.Abandon();
        _receiver.Stop();
        State = MemberState.Promised;
        _watch.Arm(now);
    }

    private void BecomeInstalling(NodeId sequencer, NewView view, Instant now)
    {
        _log.Write();
        _receiver.Stop();
        _watch.Arm(now);
        State = MemberState.Installing;
        // If the JOIN was ordered in this very epoch, above the tail that the epoch began with, the log is a prefix of its order.
        var isPrefix = _joiner.IsJoinedAbove(view);
        OnInstallStep(_installer.Begin(sequencer, view, Executed, isPrefix, now), now);
    }

    private void BecomeFollowing(Instant now)
    {
        var installed = _installer.Finish();
        TakeOver(installed);
        // Only a joiner's log has entries above the tail, and its own view is the later one.
        var view = _log.Last == installed.Target.Tail ? installed.Target.View : View;
        _log.Remember(_log.Record with { Promised = installed.Target.Claim, Installed = installed.Target.Claim, View = view });
        _log.NoteTime(_log.EntryAt(_log.Last)?.Time ?? _log.LastTime);
        _receiver.StartAtEnd();
        _log.OweInstallAck(installed.Sequencer);
        State = MemberState.Following;
        _joiner.Arm(now);
        _log.WriteAbove(installed.Base);
        _watch.Arm(now);
        Execute(now);
    }

    private void BecomeOutside(NodeId sequencer, Instant now)
    {
        _joiner.Sequencer = sequencer;
        if (State == MemberState.Outside)
            return;
        State = MemberState.Outside;
        _joiner.WantJoin(now);
        _receiver.Stop();
    }

    private void BecomeJoining(SequenceNumber joinedAt)
    {
        State = MemberState.Joining;
        _joiner.WantSnapshot(joinedAt);
    }

    private void BecomeRestored()
    {
        var restored = _joiner.Restored!;
        Invariant.That(_log.Last == restored.Seq && _log.Chain == restored.Chain);
        _receiver.StartAtEnd();
        _log.NoteTime(restored.Time);
        State = MemberState.Promised;
    }

    private void BecomeLeft()
    {
        State = MemberState.Left;
        _receiver.Stop();
        NextDeadline = Instant.Never;
    }

    private void BecomeOutdated(string reason)
    {
        State = MemberState.Outdated;
        End(reason);
    }

    private void BecomeHalted(string reason)
    {
        State = MemberState.Halted;
        End(reason);
    }

    private void End(string reason)
    {
        HaltReason = reason;
        _receiver.Stop();
        NextDeadline = Instant.Never;
    }
}
