using System.Reflection;
using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Agreement;

/// <summary>
/// For each rule of the managers, the test that fails if the rule is taken out. The simulation notices nearly all of them too. It can't
/// notice missing donors and replacing without limit: these show only when more replicas are beyond repair than its faults allow.
/// </summary>
internal sealed class ManagerMutantTests
{
    private static readonly Dictionary<ManagerMutant, (Type Tests, string Test)> s_rules = new()
    {
        [ManagerMutant.VerdictIsEnough] =
            (typeof(CaseTests), nameof(CaseTests.A_verdict_only_opens_a_case_about_its_last_three_numbers)),
        [ManagerMutant.SuspicionIsEnough] = (typeof(CaseTests), nameof(CaseTests.A_suspicion_only_opens_a_case)),
        [ManagerMutant.OneVoteDecides] = (typeof(VoteTests), nameof(VoteTests.Two_votes_decide_and_one_does_not)),
        [ManagerMutant.OwnManagerVotes] = (typeof(VoteTests), nameof(VoteTests.The_accuseds_own_manager_has_no_vote)),
        [ManagerMutant.ReplacesAtOnce] = (typeof(ReplacementTests), nameof(ReplacementTests.Replacements_are_carried_out_one_at_a_time)),
        [ManagerMutant.DonorsAreNotCounted] =
            (typeof(ReplacementTests), nameof(ReplacementTests.No_replica_is_replaced_without_two_to_copy_from)),
        [ManagerMutant.ReplacesForEver] =
            (typeof(ReplacementTests), nameof(ReplacementTests.A_seat_replaced_three_times_in_ten_minutes_is_degraded)),
        [ManagerMutant.CaseOutlivesIncarnation] =
            (typeof(ReplacementTests), nameof(ReplacementTests.Reports_about_a_replaced_incarnation_are_ignored)),
        [ManagerMutant.RestartIsNotHeld] =
            (typeof(RestartHoldTests), nameof(RestartHoldTests.Votes_cast_without_knowledge_of_a_restart_do_not_count)),
        [ManagerMutant.VotesAreCountedTwice] = (typeof(VoteTests), nameof(VoteTests.A_vote_that_is_ordered_twice_counts_once)),
        [ManagerMutant.MissingDigestAccuses] = (typeof(DigestRoundTests), nameof(DigestRoundTests.A_missing_digest_accuses_nobody)),
        [ManagerMutant.StateIsNeverAcquitted] =
            (typeof(StateInquiryTests), nameof(StateInquiryTests.A_state_found_with_the_majority_is_acquitted)),
        [ManagerMutant.MissingReplyAccuses] = (typeof(ReplyEvidenceTests), nameof(ReplyEvidenceTests.A_missing_reply_accuses_nobody)),
        [ManagerMutant.BlindVote] = (typeof(InquiryTests), nameof(InquiryTests.A_manager_that_gets_no_answers_does_not_vote)),
        [ManagerMutant.ReplacedBeforeItLeft] =
            (typeof(ManagerProtocolTests), nameof(ManagerProtocolTests.A_replica_is_replaced_only_after_its_LEAVE)),
    };

    private static IEnumerable<ManagerMutant> Mutants =>
        Enum.GetValues<ManagerMutant>().Where(mutant => mutant != ManagerMutant.None);

    /// <summary>
    /// Each of these tests runs its scenario again without the rule, and fails if that makes no difference
    /// (<see cref="AgreementScript.OnlyWithoutMutant"/>).
    /// </summary>
    [TestCaseSource(nameof(Mutants))]
    public void Each_rule_has_a_test_that_fails_without_it(object mutant)
    {
        Assert.That(s_rules, Contains.Key(mutant));
        var (tests, test) = s_rules[(ManagerMutant)mutant];
        Assert.That(tests.GetMethod(test)?.GetCustomAttribute<TestAttribute>(), Is.Not.Null);
        var source = File.ReadAllText(SourceOf(tests));
        Assert.That(source, Does.Contain($"{test}() => OnlyWithoutMutant(ManagerMutant.{mutant},")
            .Or.Contain($"{test}() => {nameof(AgreementScript)}.OnlyWithoutMutant(ManagerMutant.{mutant},"));
    }

    private static string SourceOf(Type tests, [System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, $"{tests.Name}.cs");
}
