using System.Numerics;
using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Decides which entries of the followed order go to the log: the next ones, without a gap. It holds back entries
/// beyond a gap, and asks for the gap. As a rule it asks the sequencer, and now and then another member.
/// </summary>
internal sealed class OrderReceiver(
    GroupOptions options, SeededRandom random, BatchedLog log, Executor executor, ProgressReporter reporter, PeerRotation peers,
    Outbox outbox)
{
    private readonly HoldBackBuffer _held = new(options.WindowEntriesMax);
    private readonly LossDetector _losses = new(options, random);
    private SequenceNumber _maxKnown = log.Last;
    private SequenceNumber _historyFrom = new(1);

    /// <summary>When to ask next; <see cref="Instant.Never"/> if there is no gap.</summary>
    public Instant NextDeadline => _losses.Due;

    /// <summary>Entries held beyond a gap.</summary>
    public int HeldCount => _held.Count;

    private Epoch Installed => log.Record.Installed.Epoch;

    /// <summary>An epoch is installed. Nothing is known beyond the end of the log.</summary>
    public void StartAtEnd() => _maxKnown = log.Last;

    /// <summary>The member no longer follows: what is held back does not count, and no gap is asked for.</summary>
    public void Stop()
    {
        _held.Clear();
        _losses.Reset();
    }

    /// <summary>An entry of the order has arrived.</summary>
    /// <returns>
    /// <see cref="Intake.Taken"/> if the log has grown, and a contradiction if the entry and the log can't both be right.
    /// </returns>
    public Intake OnEntry(Entry entry, Instant now)
    {
        if (entry.Seq <= log.Last)
            return OnKnownEntry(entry);
        _maxKnown = SequenceNumber.Max(_maxKnown, entry.Seq);
        if (entry.Seq != log.Last.Next)
        {
            _losses.OnGap(somethingIsBeyond: _held.TryHold(entry, log.Last), now);
            return Intake.Waiting;
        }

        var first = Append(entry);
        if (first != Intake.Taken)
            return first;
        while (_held.TryTake(log.Last.Next, out var next))
        {
            var later = Append(next);
            if (later.Status == IntakeStatus.Contradiction)
                return later;
        }

        _losses.OnProgress(log.Last, log.Last < _maxKnown, now);
        NoteGap(now);
        return Intake.Taken;
    }

    /// <summary>The sequencer has given numbers up to one.</summary>
    public void OnMaxSeq(SequenceNumber maxSeq, Instant now)
    {
        _maxKnown = SequenceNumber.Max(_maxKnown, maxSeq);
        NoteGap(now);
    }

    /// <summary>The sequencer's history begins with this number. The members' logs have the older entries.</summary>
    public void OnHistory(SequenceNumber from) => _historyFrom = from;

    /// <summary>Asks for the gap.</summary>
    public void OnTimer(Instant now)
    {
        if (log.Last >= _maxKnown)
        {
            _losses.Reset();
            return;
        }

        var sequencer = NodeId.Sequencer(Installed.Sequencer);
        var from = log.Last.Next;
        if (from < _historyFrom)
        {
            // The sequencer no longer has it; members' logs do.
            var to = SequenceNumber.Min(_maxKnown, from + (options.FetchEntriesMax - 1));
            outbox.Send(peers.Next(ifAlone: sequencer), Installed, new Fetch(from, to));
            _losses.OnAsked(to, now);
            return;
        }

        ulong bitmap = 0;
        var last = from;
        for (var i = 0; i < 64 && from + i <= _maxKnown && BitOperations.PopCount(bitmap) < options.RetransmitEntriesMax; i++)
        {
            if (_held.Holds(from + i))
                continue;
            bitmap |= 1UL << i;
            last = from + i;
        }

        var atSequencer = _losses.Tries % (options.NakTriesAtSequencer + 1) < options.NakTriesAtSequencer;
        outbox.Send(atSequencer ? sequencer : peers.Next(ifAlone: sequencer), Installed, new Nak(from, bitmap));
        _losses.OnAsked(last, now);
    }

    /// <summary>
    /// A repeated entry is acknowledged again, because the acknowledgement may have been lost. Another entry with the
    /// same number is fatal, unless it shows only a lost tail.
    /// </summary>
    private Intake OnKnownEntry(Entry entry)
    {
        var known = log.ChainAt(entry.Seq);
        if (known is not null && known != entry.Chain)
        {
            return IsOfLostTail(entry, entry.Seq) ? Intake.Waiting
                : Intake.Contradiction($"entry {entry.Seq} came with chain {entry.Chain} but is stored with {known}");
        }

        reporter.OnAckDue();
        return Intake.Waiting;
    }

    private Intake Append(Entry entry)
    {
        if (entry.Previous == log.Chain)
        {
            log.AppendNext(entry);
            executor.TakeNote(entry);
            return Intake.Taken;
        }

        if (!IsOfLostTail(entry, log.Last))
            return Intake.Contradiction($"entry {entry.Seq} follows chain {entry.Previous} but the log ends with {log.Chain}");
        _held.Clear();
        return Intake.Waiting;
    }

    /// <summary>
    /// Whether a difference between an entry and this log shows only a lost tail; any other difference is fatal. A
    /// member may take an entry of a later epoch than it follows, if the sender knows the entry to be committed. So
    /// exactly one of the two, the arriving entry or the log's own, may be of a later epoch. Then the followed epoch is
    /// over, and its last entries are lost. The member takes nothing, and a NEWVIEW corrects its log. Executed entries
    /// can't be lost.
    /// </summary>
    private bool IsOfLostTail(Entry entry, SequenceNumber differsAt)
    {
        var isOwnLater = log.EntryAt(differsAt) is { } own && own.Epoch > Installed;
        var isLater = entry.Epoch > Installed;
        return isOwnLater != isLater && (isOwnLater || differsAt > executor.Executed);
    }

    private void NoteGap(Instant now)
    {
        if (log.Last < _maxKnown)
            _losses.OnGap(_held.Count > 0, now);
    }
}
