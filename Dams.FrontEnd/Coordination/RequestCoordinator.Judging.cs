using Dams.Contracts.Management;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Coordination;

/// <content>Judges the replicas by a vote.</content>
internal sealed partial class RequestCoordinator
{
    private static readonly SequenceNumber s_anyNumber = new(long.MaxValue);

    private Instant _falseAccusationAt;

    private int AnswerQuorum => _options.Mutant == CoordinationMutant.AnswerAtFirstReply ? 1 : ReplyVoter.AnswerQuorum;

    /// <summary>
    /// A fault of the lab: this front end reports a healthy replica as wrong and silent, for the numbers that it judged last. The
    /// managers must find out. It may be called at any rate, because it pauses as a true suspicion does.
    /// </summary>
    /// <returns>Whether it has accused. It does not during the pause, nor if the replica is not active or nothing was judged yet.</returns>
    public bool OnFalseAccusation(byte replica, Instant now)
    {
        if (now < _falseAccusationAt || !_view.TryGet(replica, out var member) || !member.Votes || _strikes.Latest.Count == 0)
            return false;
        _falseAccusationAt = now + _options.SuspicionPause;
        long[] sequences = [.. _strikes.Latest];
        _sink.OnReport(new VerdictReport(replica, member.Incarnation.Value, _id, _boot.Value, sequences), now);
        _sink.OnReport(new SuspicionReport(replica, member.Incarnation.Value, SuspicionCause.Silent, sequences[^1]), now);
        return true;
    }

    /// <summary>Judges the replicas that were active. Without a majority, or with two, nobody is accused.</summary>
    private void Judge(PendingCall call, Instant now)
    {
        foreach (var vote in call.Votes)
        {
            if (!ReferenceEquals(vote, call.Decided))
                _strikes.OnClosed(vote.Seq, now);
        }

        if (_options.Mutant == CoordinationMutant.NoMajorityAccuses && call.Votes.Count > 0)
        {
            Judge(call, call.Decided ?? call.Votes[0], now);
        }
        else if (call.Decided is { HasRival: true } split)
        {
            RaiseAlarm(call, CallFailure.ReplicaDivergence, isAnswered: true);
            _strikes.OnClosed(split.Seq, now);
        }
        else if (call.Decided is { } vote)
        {
            Judge(call, vote, now);
        }
    }

    private void Judge(PendingCall call, ReplyVoter vote, Instant now)
    {
        var judged = new List<JudgedReplica>(_view.Members.Count);
        var allRight = true;
        foreach (var member in _view.Members)
        {
            if (member.VotesFrom is not { } from || from > vote.Seq)
                continue;
            var verdict = VerdictOn(member.Id, call, vote, now);
            allRight &= verdict == Verdict.Right;
            judged.Add(new JudgedReplica(member.Id, member.Incarnation, verdict));
            Statistics.Count(member.Id, verdict);
        }

        if (allRight && judged.Count == _group.Members.Count)
            Statistics.AnsweredByAll++;
        if (vote.Spread is { } spread)
            _silence.OnSpread(spread);
        var judgement = new Judgement(vote.Seq, call.Request.Opcode, vote.MajorityAt ?? now, judged);
        _strikes.OnJudged(judgement, now);
        _watch.OnJudged(judgement, now);
        _sink.OnJudged(judgement);
    }

    private Verdict VerdictOn(byte replica, PendingCall call, ReplyVoter vote, Instant now) => vote.VerdictOn(replica) switch
    {
        // The call's deadline may come before the limit for late replies. Then a replica that has not replied gets no verdict.
        Verdict.Waiting when now >= call.JudgeUntil => call.HasStrayed(replica) ? Verdict.Wrong : Verdict.Silent,
        Verdict.Unjudged when _options.Mutant == CoordinationMutant.NoMajorityAccuses =>
            vote.ResultOf(replica) == vote.Majority ? Verdict.Right : Verdict.Wrong,
        var verdict => verdict,
    };

    /// <summary>
    /// The start of the limit for late replies: the second equal reply, so that neither a failover nor a slow commit makes a replica
    /// look silent.
    /// </summary>
    private Instant JudgeFrom(PendingCall call, Instant majorityAt) =>
        _options.Mutant == CoordinationMutant.SuspicionFromSending ? call.Deadline + -_options.CallDeadline : majorityAt;

    private void RaiseAlarm(PendingCall call, CallFailure reason, bool isAnswered)
    {
        if (call.IsAlarmed)
            return;
        call.IsAlarmed = true;
        if (reason == CallFailure.ReplicaDivergence)
            Statistics.Divergences++;
        else
            Statistics.NoQuorum++;
        var vote = call.Decided ?? call.Votes.MaxBy(candidate => candidate.Replies);
        var replies = new List<(byte, Digest)>(_view.Members.Count);
        foreach (var member in _view.Members)
        {
            if (vote?.ResultOf(member.Id) is { } result)
                replies.Add((member.Id, result));
        }

        _sink.OnAlarm(new VoteAlarm(reason, isAnswered, vote?.Seq ?? SequenceNumber.Zero, call.Request.Opcode, replies));
    }

    /// <summary>Whether a reply counts: its incarnation must have been active when it sent the reply.</summary>
    private bool IsActive(byte replica, ReplyMessage reply) => _options.Mutant == CoordinationMutant.InactiveReplyCounts
        || (_view.TryGet(replica, out var member) && member.Incarnation == reply.Incarnation
            && member.VotesFrom is { } from && reply.At >= from);

    /// <summary>Whether all replicas that were active at a number have replied.</summary>
    private bool HaveReplied(ReplyVoter vote, SequenceNumber activeAt)
    {
        foreach (var member in _view.Members)
        {
            if (member.VotesFrom is { } from && from <= activeAt && !vote.HasReplied(member.Id))
                return false;
        }

        return true;
    }
}
