using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>
/// Skips a poison entry at an operator's command. What is collected here is lost with the epoch. It is simply asked for
/// again, because the promises are on the members' disks.
/// </content>
public sealed partial class SequencerProtocol
{
    private OpenSkip? _skip;
    private Instant _skipAt = Instant.Never;

    /// <summary>
    /// Whether promises are being collected. Meanwhile no member leaves voluntarily: a member whose promise is awaited
    /// must not be gone when it could still answer.
    /// </summary>
    private bool IsSkipOpen => _skip is { } skip && OutcomeOf(skip) == SkipOutcome.Collecting;

    private void OnSkipReq(in Envelope envelope, SkipReq req, Instant now)
    {
        if (State != SequencerState.Active || envelope.From.Role != NodeRole.Manager)
            return;
        if (req.Seq == SequenceNumber.Zero || req.Seq > _commit)
        {
            _outbox.Send(envelope.From, _epoch, new SkipStatus(req.Seq, SkipOutcome.NotCommitted, View.None));
            return;
        }

        if (_skip is { } other && other.Seq != req.Seq && now - other.WantedAt <= _options.SkipLifetime)
        {
            _outbox.Send(envelope.From, _epoch, new SkipStatus(req.Seq, SkipOutcome.Busy, View.None));
            return;
        }

        if (_skip?.Seq != req.Seq)
        {
            _skip = new OpenSkip(req.Seq);
            _skipAt = now;
        }

        _skip.WantedAt = now;
        _outbox.Send(envelope.From, _epoch, new SkipStatus(req.Seq, OutcomeOf(_skip), WaitedForBy(_skip)));
    }

    private void OnSkipTimerElapsed(Instant now)
    {
        _skipAt = Instant.Never;
        if (_skip is not { } skip)
            return;
        if (State != SequencerState.Active || now - skip.WantedAt > _options.SkipLifetime)
        {
            _skip = null;
            return;
        }

        _skipAt = now + _options.EpochRetry;
        if (skip.Place is not null)
            return;
        // A member that could still execute the entry is asked to promise only after one that can't has promised. It is
        // not asked if the skip is refused anyway.
        var isUrgent = skip.Answers.ContainsValue(SkipAnswer.Promised) && OutcomeOf(skip) == SkipOutcome.Collecting;
        SendToMembers(new SkipAsk(skip.Seq, isUrgent));
    }

    private void OnSkipVote(in Envelope envelope, SkipVote vote, Instant now)
    {
        if (State != SequencerState.Active || envelope.From.Role != _options.MemberRole || _skip is not { } skip || skip.Seq != vote.Seq)
            return;
        // Every answer except Free holds for ever, whatever epoch it was given in.
        if (vote.Answer != SkipAnswer.Free)
            skip.Answers[(envelope.From.Number, vote.Incarnation)] = vote.Answer;
        if (vote.Before.Members.Count > 0)
            skip.Before = vote.Before;
        if (skip.Place is null && OutcomeOf(skip) == SkipOutcome.Collecting && IsSigned(skip, now))
            skip.Place = Append(EntryKind.Skip, new SkippedEntry(skip.Seq).ToRequest(_max.Next), now).Seq;
    }

    /// <summary>
    /// Whether all but one of the members that could have executed the entry have promised. They promise that they have
    /// not executed it and never will, so nobody has two equal replies of them. Members that are gone have not
    /// promised: nobody knows what they executed.
    /// </summary>
    private bool IsSigned(OpenSkip skip, Instant now)
    {
        if (skip.Before is not { } before)
            return false;
        var members = before.Members.ToList();
        if (_options.Mutant == Mutant.SkipSignedByTheLiving)
            members.RemoveAll(member => _members[member.Id].HeardAt is not { } at || now - at > _options.DeafAfter);
        return members.Count(member => skip.HasPromised(member)) >= Math.Max(1, members.Count - 1);
    }

    private SkipOutcome OutcomeOf(OpenSkip skip)
    {
        if (skip.Answers.ContainsValue(SkipAnswer.Skipped) || skip.Place <= _commit)
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

        /// <summary>What each incarnation has answered.</summary>
        public Dictionary<(byte Member, Incarnation Incarnation), SkipAnswer> Answers { get; } = [];

        /// <summary>The members just before the entry; null until one of them has told.</summary>
        public View? Before { get; set; }

        /// <summary>The number of the SKIP; null until it is appended.</summary>
        public SequenceNumber? Place { get; set; }

        public bool HasPromised(ViewMember member) => Answers.GetValueOrDefault((member.Id, member.Incarnation)) == SkipAnswer.Promised;
    }
}
