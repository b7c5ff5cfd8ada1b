namespace Dams.Tests.Mutation;

/// <summary>Rules of detection, agreement and replacement that are taken out.</summary>
internal static class ManagerMutants
{
    public static Mutant VerdictIsEnough { get; } = Mutant.Of(
        "A front end's word is enough to replace.",
        [
            In(
                "AgreedState.cs",
                "$\"front end {verdict.FrontEnd} has judged its replies {string.Join(\", \", verdict.Sequences)} wrong\");",
                """
                $"front end {verdict.FrontEnd} has judged its replies {string.Join(", ", verdict.Sequences)} wrong");
                if (MUTATED)
                    Decide(seat, verdict.Replica, verdict.Incarnation, ReplacementCause.Wrong, 0, "a front end says so");
                """),
        ]);

    public static Mutant SuspicionIsEnough { get; } = Mutant.Of(
        "A suspicion is enough to replace.",
        [
            In(
                "AgreedState.cs",
                ": $\"a front end has waited in vain for its reply to {suspicion.Sequence}\");",
                """
                : $"a front end has waited in vain for its reply to {suspicion.Sequence}");
                if (MUTATED)
                    Decide(seat, suspicion.Replica, suspicion.Incarnation, ReplacementCause.Dead, 0, "somebody says so");
                """),
        ]);

    public static Mutant OneVoteDecides { get; } = Mutant.Of(
        "One vote decides.",
        [
            In("OpenCases.cs", "var needed = options.VotesToDecide;", "var needed = MUTATED ? 1 : options.VotesToDecide;"),
        ]);

    public static Mutant OwnManagerVotes { get; } = Mutant.Of(
        "The accused's own manager votes as well, always for its replica's death.",
        [
            In("OpenCases.cs", "&& manager != replica;", "&& (manager != replica || MUTATED);"),
            In("ManagerVotes.cs", "about.Replica != id &&", "(about.Replica != id || MUTATED) &&"),
            In(
                "ManagerVotes.cs",
                "reports.Send(",
                """
                if (MUTATED)
                {
                    isPresent = true;
                    isGuilty |= open.Replica == id;
                }

                reports.Send(
                """),
        ]);

    public static Mutant ReplacesAtOnce { get; } = Mutant.Of(
        "Several replacements are carried out at a time.",
        [
            In("ReplacementQueue.cs", "Decision? Next => Active is null ?", "Decision? Next => Active is null || MUTATED ?"),
        ]);

    public static Mutant DonorsAreNotCounted { get; } = Mutant.Of(
        "Nobody checks whether enough replicas are left to copy from.",
        [
            In("AgreedState.cs", "if (healthy < _options.DonorsMin)", "if (healthy < _options.DonorsMin && !MUTATED)"),
        ]) with
    { IsForSimulation = false };

    public static Mutant ReplacesForEver { get; } = Mutant.Of(
        "A seat is replaced without limit.",
        [
            In("Seat.cs", "bool IsDegradedAt(long time) => ", "bool IsDegradedAt(long time) => !MUTATED && "),
        ]) with
    { IsForSimulation = false };

    public static Mutant VersionIsTheNextOne { get; } = Mutant.Of(
        "A replacement runs the next version of its list, whoever runs that one already.",
        [
            In("VersionChoice.cs", "if (!taken.Contains(VersionAt(seat, next)))", "if (MUTATED || !taken.Contains(VersionAt(seat, next)))"),
        ]);

    public static Mutant CaseOutlivesIncarnation { get; } = Mutant.Of(
        "Reports about a replaced incarnation count against the next one.",
        [
            In(
                "AgreedState.cs",
                "case var about when seat.IsReplaced(about.Incarnation):",
                "case var about when seat.IsReplaced(about.Incarnation) && !MUTATED:"),
            In(
                "ManagerVotes.cs",
                "var isPresent = replicas.View.Has(open.Replica, open.Incarnation);",
                "var isPresent = replicas.View.Has(open.Replica, open.Incarnation) || MUTATED;"),
        ]);

    public static Mutant RestartIsNotHeld { get; } = Mutant.Of(
        "A restart under way does not hold the votes.",
        [
            In(
                "Seat.cs",
                "long HeldSince { get; private set; }",
                "long HeldSince { get => MUTATED ? 0 : field; private set; }"),
        ]);

    public static Mutant VotesAreCountedTwice { get; } = Mutant.Of(
        "A vote that is ordered twice counts twice, as if a second manager had sent it.",
        [
            In(
                "OpenCases.cs",
                "if (open.HasVoted(manager))\n            return null;",
                """
                if (open.HasVoted(manager) && !MUTATED)
                    return null;
                if (open.HasVoted(manager))
                    manager = 31;
                """),
        ]);

    public static Mutant MissingDigestAccuses { get; } = Mutant.Of(
        "A missing state digest accuses.",
        [
            In(
                "DigestRound.cs",
                "var known = _digests.Where(",
                """
                if (MUTATED && Checkpoint > 0)
                {
                    foreach (var replica in voters.Keys)
                    {
                        if (_digests.GetValueOrDefault(replica) is null)
                            return replica;
                    }
                }

                var known = _digests.Where(
                """),
        ]);

    public static Mutant StateIsNeverAcquitted { get; } = Mutant.Of(
        "A manager that finds an accused's state with the majority, at the same checkpoint or later, does not say so.",
        [
            In(
                "StateInquiries.cs",
                "TellMinority(liar, round.Voters[liar], round.Checkpoint!.Value, now);",
                "TellMinority(liar, round.Voters[liar], round.Checkpoint!.Value, now);\n        if (MUTATED)\n            return;"),
        ]);

    public static Mutant MissingReplyAccuses { get; } = Mutant.Of(
        "A reply that can't be had accuses.",
        [
            In(
                "ReplyEvidence.cs",
                "is not { } accused)\n            return false;",
                "is not { } accused)\n            return MUTATED;"),
        ]);

    public static Mutant BlindVote { get; } = Mutant.Of(
        "A manager that nobody answers, or that stood still itself, votes for death.",
        [
            In(
                "SilenceInquiries.cs",
                "HasSeenNothing(SilenceProbe probe, Instant now) => ",
                "HasSeenNothing(SilenceProbe probe, Instant now) => !MUTATED && "),
            In(
                "ReplyInquiries.cs",
                "evidence.VotedAt is null && !evidence.IsComplete && now -",
                "!MUTATED && evidence.VotedAt is null && !evidence.IsComplete && now -"),
        ]);

    public static Mutant StandstillIsDeath { get; } = Mutant.Of(
        "A replica that answers, but stands still, counts as dead at the end of the first watch.",
        [
            In("SilenceProbe.cs", "< options.StandstillPatience ?", "< options.StandstillPatience && !MUTATED ?"),
        ]);

    public static Mutant StandstillIsForgiven { get; } = Mutant.Of(
        "A replica that answers is never dead, however long it stands still.",
        [
            In("SilenceProbe.cs", ": !StandsStill ? SilenceFinding.Alive", ": !StandsStill || MUTATED ? SilenceFinding.Alive"),
        ]);

    public static Mutant EarlyAnswerIsEnough { get; } = Mutant.Of(
        "A suspect that answered at the beginning of a watch is not dead, even if it does not answer at the end.",
        [
            In("SilenceProbe.cs", ": !_isSeenLate ? SilenceFinding.Unclear", ": !_isSeenLate && !MUTATED ? SilenceFinding.Unclear"),
        ]) with
    { IsForSimulation = false };

    public static Mutant OneVoucherIsEnough { get; } = Mutant.Of(
        "A manager that joins believes the first state that it is given.",
        [
            In("AgreedSnapshots.cs", "Math.Min(VouchersMin, others)", "Math.Min(MUTATED ? 1 : VouchersMin, others)"),
        ]) with
    { IsForSimulation = false };

    public static Mutant ReplacedBeforeItLeft { get; } = Mutant.Of(
        "The manager starts a new incarnation before the old one has left.",
        [
            In("ReplacementDuties.cs", "else if (HasLeft(own) &&", "else if ((HasLeft(own) || MUTATED) &&"),
        ]);

    private static SourcePatch In(string file, string right, string wrong) => new($"Dams.ReplicaManager/Agreement/{file}", right, wrong);
}
