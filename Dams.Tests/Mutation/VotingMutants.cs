namespace Dams.Tests.Mutation;

/// <summary>
/// Rules of voting and accusing that are taken out. The simulation has one liar and never two, every call ends well once everything is
/// healed, and a slow replica is suspected rightly. So it can notice only some of them.
/// </summary>
internal static class VotingMutants
{
    public static Mutant StrikesInArrivalOrder { get; } = Mutant.Of(
        "Wrong replies are counted as their votes close, not in the order of their numbers.",
        [
            In(
                "StrikeCounter.cs",
                "// If a client repeats its call, the same number is judged again; but one lie is one strike.",
                """
                if (MUTATED)
                {
                    Count(judgement, now);
                    return;
                }

                """),
        ]) with
    { IsForSimulation = false };

    public static Mutant StrikesNeverReset { get; } = Mutant.Of(
        "A right reply does not end a run of wrong ones.",
        [
            In("StrikeCounter.cs", "case Verdict.Right:", "case Verdict.Right when !MUTATED:"),
        ]) with
    { IsForSimulation = false };

    public static Mutant MissingCountsAsWrong { get; } = Mutant.Of(
        "A missing reply is a wrong one.",
        [
            In("StrikeCounter.cs", "case Verdict.Wrong:", "case Verdict.Wrong:\n                case Verdict.Silent when MUTATED:"),
        ]);

    public static Mutant NoMajorityAccuses { get; } = Mutant.Of(
        "Replicas are judged even without a majority or with two: a reply that differs from the first majority is wrong.",
        [
            In(
                "ReplicaJudge.cs",
                "if (call.Decided is { HasRival: true } split)",
                """
                if (MUTATED && call.Votes.Count > 0)
                {
                    Judge(call, call.Decided ?? call.Votes[0], view, now);
                }
                else if (call.Decided is { HasRival: true } split)
                """),
            In(
                "ReplicaJudge.cs",
                "var verdict => verdict,",
                """
                Verdict.Unjudged when MUTATED => vote.ResultOf(replica) == vote.Majority ? Verdict.Right : Verdict.Wrong,
                var verdict => verdict,
                """),
        ]) with
    { IsForSimulation = false };

    public static Mutant InactiveReplyCounts { get; } = Mutant.Of(
        "Replies of inactive incarnations count, too.",
        [
            In(
                "ActiveReplicas.cs",
                """
                View.TryGet(replica, out var member)
                        && member.Incarnation == reply.Incarnation && member.VotesFrom is { } from && reply.At >= from;
                """,
                """
                MUTATED || (View.TryGet(replica, out var member)
                        && member.Incarnation == reply.Incarnation && member.VotesFrom is { } from && reply.At >= from);
                """),
        ]);

    public static Mutant SuspicionFromSending { get; } = Mutant.Of(
        "The limit for late replies runs from the sending of the request, not from the second equal reply.",
        [
            In("RequestCoordinator.cs", "_judge.JudgeUntil(now)", "_judge.JudgeUntil(MUTATED ? call.Began : now)"),
        ]) with
    { IsForSimulation = false };

    public static Mutant SuspicionDuringFailOver { get; } = Mutant.Of(
        "A missing reply leads to a suspicion even while the sequencers fail over.",
        [
            In(
                "SilenceWatch.cs",
                "since >= _steadyFrom && _syncAt is { } at\n        && now - at <= options.SyncGapMax;",
                "MUTATED || (since >= _steadyFrom && _syncAt is { } at\n        && now - at <= options.SyncGapMax);"),
        ]) with
    { IsForSimulation = false };

    public static Mutant AnswerAtFirstReply { get; } = Mutant.Of(
        "The first reply is the answer.",
        [
            In("ReplyVoter.cs", "equal >= AnswerQuorum;", "equal >= (MUTATED ? 1 : AnswerQuorum);"),
        ]);

    public static Mutant RivalIsIgnored { get; } = Mutant.Of(
        "The first pair is the answer, even if there is a rival pair.",
        [
            In("AnswerRule.cs", "if (vote.HasRival)", "if (vote.HasRival && !MUTATED)"),
        ]) with
    { IsForSimulation = false };

    public static Mutant PlacesAreShared { get; } = Mutant.Of(
        "All replicas share the limit on followed numbers, so one replica can use it up.",
        [
            In("PendingCall.cs", "if (vote.HasReplied(replica))", "if (MUTATED || vote.HasReplied(replica))"),
        ]);

    private static SourcePatch In(string file, string right, string wrong) => new($"Dams.FrontEnd/Coordination/{file}", right, wrong);
}
