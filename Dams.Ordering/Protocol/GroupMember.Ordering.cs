using System.Numerics;
using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>The normal path: ORDER, COMMIT, SYNC, and the repair of losses.</content>
public sealed partial class GroupMember
{
    /// <summary>
    /// Whether a sequencer's message belongs to the claim that is promised and installed. The member refuses anything
    /// older, so that a deposed sequencer learns that its epoch is over. Anything newer makes the member ask for the
    /// view.
    /// </summary>
    private bool IsFromReign(in Envelope envelope, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || envelope.Epoch.Sequencer != envelope.From.Number)
            return false;
        var reign = new Reign(envelope.Epoch, envelope.Boot);
        if (reign == _promised)
        {
            if (State == MemberState.Following)
                return true;
            if (State == MemberState.Promised && now >= _askViewAt)
                AskForView(envelope.From, now);
            return false;
        }

        if (envelope.Epoch > _promised.Epoch)
        {
            if (now >= _askViewAt)
                AskForView(envelope.From, now);
            return false;
        }

        if (_options.Mutant == Mutant.OlderEpochIsFollowed)
            return true;
        SendRefusal(envelope.From);
        return false;
    }

    private void SendRefusal(NodeId sequencer)
    {
        if (_options.Mutant != Mutant.RefusalReachesNobody)
            _outbox.Send(sequencer, HeaderEpoch, new Refused(_promised));
    }

    private void OnOrder(Entry entry, Instant now)
    {
        if (entry.Seq <= _contiguous)
        {
            OnKnownEntry(entry);
            return;
        }

        _maxKnown = SequenceNumber.Max(_maxKnown, entry.Seq);
        if (entry.Seq != _contiguous.Next && _options.Mutant != Mutant.GapIsSkipped)
        {
            if (_held.TryHold(entry, _contiguous))
                _losses.OnGap(somethingIsBeyond: true, now);
            else
                _losses.OnGap(somethingIsBeyond: false, now);
            return;
        }

        if (!TryAppend(entry))
            return;
        while (_held.TryTake(_contiguous.Next, out var next))
        {
            if (!TryAppend(next))
                break;
        }

        if (State == MemberState.Halted)
            return;

        _losses.OnProgress(_contiguous, _contiguous < _maxKnown, now);
        if (_contiguous < _maxKnown)
            _losses.OnGap(_held.Count > 0, now);
        Execute(now);
    }

    /// <summary>
    /// A repeated entry is acknowledged again, because the acknowledgement may have been lost. Another entry with the
    /// same number is fatal, unless it shows only a lost tail.
    /// </summary>
    private void OnKnownEntry(Entry entry)
    {
        var known = ChainAt(entry.Seq);
        if (known is null || known == entry.Chain)
            _ackDue = true;
        else if (!IsOfLostReign(entry, entry.Seq))
            Halt($"entry {entry.Seq} came with chain {entry.Chain} but is stored with {known}");
    }

    private bool TryAppend(Entry entry)
    {
        if (entry.Previous != _chain)
        {
            if (IsOfLostReign(entry, _contiguous))
                _held.Clear();
            else
                Halt($"entry {entry.Seq} follows chain {entry.Previous} but the log ends with {_chain}");
            return false;
        }

        _appending.Add(entry);
        _contiguous = entry.Seq;
        _chain = entry.Chain;
        _lastTime = entry.Time;
        NoteMembership(entry);
        TakeNote(entry);
        return true;
    }

    /// <summary>
    /// Whether a difference between an entry and this log shows only a lost tail; any other difference is fatal. The
    /// member takes entries that other members know to be committed from any epoch. So one side, the entry or this log,
    /// may be of a later epoch than the member follows. Then the followed epoch is over, and the last entries that it
    /// ordered are lost. The member takes nothing, and a NEWVIEW corrects its log. Executed entries can't be lost.
    /// </summary>
    private bool IsOfLostReign(Entry entry, SequenceNumber differsAt)
    {
        var isOwnLater = EntryAt(differsAt) is { } own && own.Epoch > _installed.Epoch;
        var isLater = entry.Epoch > _installed.Epoch;
        return isOwnLater != isLater && (isOwnLater || differsAt > _executed);
    }

    private void OnCommit(Commit commit, Instant now)
    {
        _maxKnown = SequenceNumber.Max(_maxKnown, commit.MaxSeq);
        _commit = SequenceNumber.Max(_commit, commit.CommitSeq);
        _gc = commit.GcSeq;
        if (_contiguous < _maxKnown)
            _losses.OnGap(_held.Count > 0, now);
        Execute(now);
    }

    private void OnSync(in Envelope envelope, Sync sync, Instant now)
    {
        _heardAt = now;
        ArmSuspicion(now);
        _historyFrom = sync.HistoryFrom;
        OnCommit(new Commit(sync.MaxSeq, sync.CommitSeq, sync.GcSeq), now);
        if (sync.MustAnswer)
            _outbox.Send(envelope.From, HeaderEpoch, new State(Progress, _writes.Count));
    }

    private void OnLossTimerElapsed(Instant now)
    {
        if (State != MemberState.Following || _contiguous >= _maxKnown)
        {
            _losses.Reset();
            return;
        }

        var from = _contiguous.Next;
        if (from < _historyFrom)
        {
            // The sequencer no longer has it; members' logs do.
            var to = SequenceNumber.Min(_maxKnown, from + (_options.FetchEntriesMax - 1));
            _outbox.Send(NextOtherMember(), HeaderEpoch, new Fetch(from, to));
            _losses.OnAsked(to, now);
            return;
        }

        ulong bitmap = 0;
        var last = from;
        for (var i = 0; i < 64 && from + i <= _maxKnown && BitOperations.PopCount(bitmap) < _options.RetransmitEntriesMax; i++)
        {
            if (_held.Holds(from + i))
                continue;
            bitmap |= 1UL << i;
            last = from + i;
        }

        var atSequencer = _losses.Tries % (_options.NakTriesAtSequencer + 1) < _options.NakTriesAtSequencer;
        _outbox.Send(atSequencer ? NodeId.Sequencer(_installed.Epoch.Sequencer) : NextOtherMember(), HeaderEpoch, new Nak(from, bitmap));
        _losses.OnAsked(last, now);
    }

    /// <summary>
    /// An entry from another member's log. The member believes it in two cases. If its sender knows it to be committed,
    /// it is final in every epoch. If the sender follows the very epoch that is installed here, both logs are prefixes
    /// of one order.
    /// </summary>
    private void OnFetched(in Envelope envelope, Fetched fetched, Instant now)
    {
        if (State == MemberState.Installing)
        {
            OnFetchedForInstall(fetched, now);
            return;
        }

        if (State == MemberState.Joining)
        {
            OnFetchedForJoin(fetched, now);
            return;
        }

        if (State != MemberState.Following || envelope.From.Role != _options.MemberRole)
            return;
        if (fetched.Entry.Seq <= fetched.CommitSeq || envelope.Epoch == _installed.Epoch)
            OnOrder(fetched.Entry, now);
    }

    private void OnNak(in Envelope envelope, Nak nak)
    {
        if (envelope.From.Role != _options.MemberRole)
            return;
        var sent = 0;
        for (var i = 0; i < 64 && sent < _options.RetransmitEntriesMax; i++)
        {
            if ((nak.Bitmap & (1UL << i)) != 0 && TrySendFetched(envelope, nak.From + i))
                sent++;
        }
    }

    private void OnFetch(in Envelope envelope, Fetch fetch)
    {
        // Nobody needs trimmed entries any more. The answer says where this log begins, even if that is above all that
        // was asked for.
        var from = SequenceNumber.Max(fetch.From, _log.Base.Next);
        var to = SequenceNumber.Max(fetch.To, from);
        for (var i = 0; i < _options.FetchEntriesMax && from + i <= to; i++)
        {
            if (!TrySendFetched(envelope, from + i))
                return;
        }
    }

    /// <summary>Sends an entry on disk to any process that asks. The asker decides what to believe (see <see cref="OnFetched"/>).</summary>
    private bool TrySendFetched(in Envelope envelope, SequenceNumber seq)
    {
        if (seq > _durable || EntryAt(seq) is not { } entry)
            return false;
        _outbox.Send(envelope.From, HeaderEpoch, new Fetched(SequenceNumber.Min(_commit, _contiguous), _log.Base.Next, entry));
        return true;
    }

    private NodeId NextOtherMember()
    {
        _rotation++;
        for (var i = 0; i < _options.Members.Count; i++)
        {
            var id = _options.Members[(_rotation + i) % _options.Members.Count];
            if (id != _id)
                return _options.Member(id);
        }

        return NodeId.Sequencer(_installed.Epoch.Sequencer);
    }
}
