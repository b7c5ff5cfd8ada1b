using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Collects promises for the skip of a poison entry, at an operator's command. It decides whether the entry may be
/// skipped; the owner appends the SKIP. The collected votes are lost with the epoch. The next sequencer simply asks
/// again, because the promises are on the members' disks.
/// </summary>
internal sealed class SkipCollector(GroupOptions options)
{
    private OpenSkip? _skip;

    /// <summary>When the members are asked next.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>Whether promises are being collected.</summary>
    public bool IsCollecting(SequenceNumber commit) => _skip is { } skip && OutcomeOf(skip, commit) == SkipOutcome.Collecting;

    /// <summary>The epoch is over.</summary>
    public void Clear()
    {
        _skip = null;
        NextDeadline = Instant.Never;
    }

    /// <summary>A manager asks for a skip, or asks again. One entry is skipped at a time.</summary>
    public SkipStatus OnRequest(SequenceNumber seq, SequenceNumber commit, Instant now)
    {
        if (seq == SequenceNumber.Zero || seq > commit)
            return new SkipStatus(seq, SkipOutcome.NotCommitted, View.None);
        if (_skip is { } other && other.Seq != seq && now - other.WantedAt <= options.SkipLifetime)
            return new SkipStatus(seq, SkipOutcome.Busy, View.None);
        if (_skip?.Seq != seq)
        {
            _skip = new OpenSkip(seq);
            NextDeadline = now;
        }

        _skip.WantedAt = now;
        return new SkipStatus(seq, OutcomeOf(_skip, commit), WaitedForBy(_skip));
    }

    /// <summary>Time to ask the members.</summary>
    /// <returns>The question for them; null if there is none.</returns>
    public SkipAsk? OnTimerElapsed(SequenceNumber commit, Instant now)
    {
        NextDeadline = Instant.Never;
        if (_skip is not { } skip)
            return null;
        if (now - skip.WantedAt > options.SkipLifetime)
        {
            _skip = null;
            return null;
        }

        NextDeadline = now + options.EpochRetry;
        if (skip.Place is not null)
            return null;
        // An urgent question makes members promise that could still execute the entry. So it is asked only after a
        // member that can't execute the entry has promised, and not if the skip is refused anyway.
        return new SkipAsk(
            skip.Seq, skip.Answers.ContainsValue(SkipAnswer.Promised) && OutcomeOf(skip, commit) == SkipOutcome.Collecting);
    }

    /// <summary>A member answers.</summary>
    /// <returns>Whether the SKIP is to be appended now. Its number is then given to <see cref="OnAppended"/>.</returns>
    public bool OnVote(byte member, SkipVote vote, SequenceNumber commit)
    {
        if (_skip is not { } skip || skip.Seq != vote.Seq)
            return false;
        // Every answer except Free holds for ever, whatever epoch it was given in.
        if (vote.Answer != SkipAnswer.Free)
            skip.Answers[(member, vote.Incarnation)] = vote.Answer;
        if (vote.Before.Members.Count > 0)
            skip.Before = vote.Before;
        return skip.Place is null && OutcomeOf(skip, commit) == SkipOutcome.Collecting && IsSigned(skip);
    }

    /// <summary>The SKIP was appended under this number.</summary>
    public void OnAppended(SequenceNumber place)
    {
        Invariant.That(_skip is not null);
        _skip.Place = place;
    }

    /// <summary>
    /// Whether all but one of the members that could have executed the entry have promised. They promise that they have
    /// not executed it and never will, so nobody has two equal replies of them. Members that are gone have not
    /// promised: nobody knows what they executed.
    /// </summary>
    private static bool IsSigned(OpenSkip skip)
    {
        if (skip.Before is not { } before)
            return false;
        var could = before.Members;
        return could.Count(skip.HasPromised) >= Math.Max(1, could.Count - 1);
    }

    private static SkipOutcome OutcomeOf(OpenSkip skip, SequenceNumber commit)
    {
        if (skip.Answers.ContainsValue(SkipAnswer.Skipped) || skip.Place <= commit)
            return SkipOutcome.Skipped;
        if (skip.Answers.ContainsValue(SkipAnswer.NotARequest))
            return SkipOutcome.NotARequest;
        if (skip.Answers.Values.Count(answer => answer == SkipAnswer.Executed) >= 2)
            return SkipOutcome.Executed;
        return skip.Answers.ContainsValue(SkipAnswer.Promised) ? SkipOutcome.Collecting : SkipOutcome.Unneeded;
    }

    private static View WaitedForBy(OpenSkip skip) => skip.Before is { } before
        ? new View(before.Number, before.Members.Where(member => !skip.HasPromised(member)))
        : View.None;

    /// <summary>A skip that is asked for.</summary>
    private sealed class OpenSkip(SequenceNumber seq)
    {
        public SequenceNumber Seq { get; } = seq;

        /// <summary>When a manager last asked for it.</summary>
        public Instant WantedAt { get; set; }

        /// <summary>The answer of each incarnation.</summary>
        public Dictionary<(byte Member, Incarnation Incarnation), SkipAnswer> Answers { get; } = [];

        /// <summary>The members just before the entry; null until one of them has told.</summary>
        public View? Before { get; set; }

        /// <summary>The number of the SKIP; null until it is appended.</summary>
        public SequenceNumber? Place { get; set; }

        public bool HasPromised(ViewMember member) => Answers.GetValueOrDefault((member.Id, member.Incarnation)) == SkipAnswer.Promised;
    }
}
