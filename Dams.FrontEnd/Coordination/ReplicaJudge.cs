using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// Judges the replicas by their part in a vote that is over. Decides how long late replies are awaited, which replicas were right, wrong
/// or silent, and which votes are an alarm instead. Pure and single-threaded.
/// </summary>
internal sealed class ReplicaJudge
{
    private readonly CoordinatorStatistics _statistics;
    private readonly ICallSink _sink;
    private readonly SilenceLimit _silence;
    private readonly SilenceWatch _watch;
    private readonly StrikeCounter _strikes;

    /// <param name="options">Limits and pauses.</param>
    /// <param name="frontEnd">The number of the front end that judges.</param>
    /// <param name="boot">The boot of that front end.</param>
    /// <param name="statistics">Counts verdicts and alarms.</param>
    /// <param name="sink">Takes judgements, alarms and reports.</param>
    public ReplicaJudge(CoordinatorOptions options, byte frontEnd, BootId boot, CoordinatorStatistics statistics, ICallSink sink)
    {
        _statistics = statistics;
        _sink = sink;
        _silence = new SilenceLimit(options);
        _watch = new SilenceWatch(options, sink);
        _strikes = new StrikeCounter(options, _silence, frontEnd, boot, sink);
    }

    /// <summary>The present limit for late replies.</summary>
    public TimeSpan Limit => _silence.Current;

    /// <summary>The numbers that were counted last, in ascending order.</summary>
    public IReadOnlyCollection<long> LatestCounted => _strikes.Latest;

    /// <summary>A SYNC has come: the sequencer is alive.</summary>
    public void OnSync(bool isNewEpoch, Instant now) => _watch.OnSync(isNewEpoch, now);

    /// <summary>The vote on a number has begun.</summary>
    public void OnOpened(ReplyVoter vote) => _strikes.OnOpened(vote.Seq);

    /// <summary>
    /// The end of the time for late replies. It begins at the second equal reply, so that neither a failover nor a slow commit makes a
    /// replica look silent.
    /// </summary>
    public Instant JudgeUntil(Instant majorityAt) => majorityAt + _silence.Current;

    /// <summary>Judges the replicas that were active. Without a majority, or with two, nobody is accused.</summary>
    public void Judge(PendingCall call, View view, Instant now)
    {
        foreach (var vote in call.Votes)
        {
            if (!ReferenceEquals(vote, call.Decided))
                _strikes.OnClosed(vote.Seq, now);
        }

        if (call.Decided is { HasRival: true } split)
        {
            RaiseAlarm(call, CallFailure.ReplicaDivergence, isAnswered: true, view);
            _strikes.OnClosed(split.Seq, now);
        }
        else if (call.Decided is { } vote)
        {
            Judge(call, vote, view, now);
        }
    }

    /// <summary>Raises an alarm about a call's vote, unless there was one before.</summary>
    /// <param name="reason"><see cref="CallFailure.ReplicaDivergence"/> or <see cref="CallFailure.NoQuorum"/>.</param>
    /// <param name="isAnswered">Whether the caller has an answer already.</param>
    public void RaiseAlarm(PendingCall call, CallFailure reason, bool isAnswered, View view)
    {
        if (call.IsAlarmed)
            return;
        call.IsAlarmed = true;
        _statistics.OnAlarm(reason);
        var vote = call.Decided ?? call.Votes.MaxBy(candidate => candidate.Replies);
        var replies = new List<(byte, Digest)>(view.Members.Count);
        foreach (var member in view.Members)
        {
            if (vote?.ResultOf(member.Id) is { } result)
                replies.Add((member.Id, result));
        }

        _sink.OnAlarm(new VoteAlarm(reason, isAnswered, vote?.Seq ?? SequenceNumber.Zero, replies));
    }

    private void Judge(PendingCall call, ReplyVoter vote, View view, Instant now)
    {
        var judged = new List<JudgedReplica>(view.Members.Count);
        foreach (var member in view.Members)
        {
            if (member.VotesFrom is { } from && from <= vote.Seq)
                judged.Add(new JudgedReplica(member.Id, member.Incarnation, VerdictOn(member.Id, call, vote, now)));
        }

        _statistics.OnJudged(judged);
        if (vote.Spread is { } spread)
            _silence.OnSpread(spread);
        var judgement = new Judgement(vote.Seq, vote.MajorityAt ?? now, judged);
        _strikes.OnJudged(judgement, now);
        _watch.OnJudged(judgement, now);
        _sink.OnJudged(judgement);
    }

    private static Verdict VerdictOn(byte replica, PendingCall call, ReplyVoter vote, Instant now) => vote.VerdictOn(replica) switch
    {
        // The call's deadline may come before the limit for late replies. Then a replica that has not replied gets no verdict.
        Verdict.Waiting when now >= call.JudgeUntil => call.HasStrayed(replica) ? Verdict.Wrong : Verdict.Silent,
        var verdict => verdict,
    };
}
