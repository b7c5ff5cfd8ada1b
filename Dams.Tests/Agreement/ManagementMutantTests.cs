using System.Reflection;
using Dams.ReplicaManager.Agreement;
using NUnit.Framework;

namespace Dams.Tests.Agreement;

/// <summary>
/// The test that each rule of the managers would be missed by if it were taken out. The simulation misses all of them too, but not those that show only when more
/// can't be brought back than its faults allow: want of donors, and replacing for ever.
/// </summary>
internal sealed class ManagementMutantTests
{
    private static readonly Dictionary<ManagementMutant, (Type Tests, string Test)> s_rules = new()
    {
        [ManagementMutant.VerdictIsEnough] = (typeof(CaseTests), nameof(CaseTests.A_verdict_opens_a_case_about_its_last_three_numbers_and_decides_nothing)),
        [ManagementMutant.SuspicionIsEnough] = (typeof(CaseTests), nameof(CaseTests.A_suspicion_opens_a_case_and_decides_nothing)),
        [ManagementMutant.OneVoteDecides] = (typeof(VoteTests), nameof(VoteTests.Two_votes_decide_and_one_does_not)),
        [ManagementMutant.OwnManagerVotes] = (typeof(VoteTests), nameof(VoteTests.The_accuseds_own_manager_has_no_vote)),
        [ManagementMutant.ReplacesAtOnce] = (typeof(ReplacementTests), nameof(ReplacementTests.One_at_a_time)),
        [ManagementMutant.DonorsAreNotCounted] = (typeof(ReplacementTests), nameof(ReplacementTests.Nobody_is_replaced_without_two_to_copy_from)),
        [ManagementMutant.ReplacesForEver] = (typeof(ReplacementTests), nameof(ReplacementTests.A_slot_that_was_replaced_three_times_in_ten_minutes_is_degraded_until_they_are_over)),
        [ManagementMutant.CaseOutlivesIncarnation] = (typeof(ReplacementTests), nameof(ReplacementTests.What_is_said_of_a_replaced_incarnation_is_ignored)),
        [ManagementMutant.RestartIsNotHeld] = (typeof(RestartHoldTests), nameof(RestartHoldTests.Votes_that_did_not_know_of_a_restart_count_for_nothing)),
        [ManagementMutant.VotesAreCountedTwice] = (typeof(VoteTests), nameof(VoteTests.A_vote_that_is_ordered_twice_counts_once)),
        [ManagementMutant.MissingDigestAccuses] = (typeof(DigestRoundTests), nameof(DigestRoundTests.A_missing_digest_accuses_nobody)),
        [ManagementMutant.StateIsNeverAcquitted] = (typeof(InquiryTests), nameof(InquiryTests.A_state_that_this_manager_finds_with_the_majority_where_another_did_not_is_not_seen)),
        [ManagementMutant.MissingReplyAccuses] = (typeof(ReplyEvidenceTests), nameof(ReplyEvidenceTests.What_can_not_be_had_accuses_nobody)),
        [ManagementMutant.BlindVote] = (typeof(InquiryTests), nameof(InquiryTests.A_manager_that_nobody_answers_votes_about_nobody)),
        [ManagementMutant.ReplacedBeforeItLeft] = (typeof(ManagerProtocolTests), nameof(ManagerProtocolTests.The_own_replica_is_replaced_when_it_has_left_and_again_until_that_is_settled)),
    };

    private static IEnumerable<ManagementMutant> Mutants => Enum.GetValues<ManagementMutant>().Where(mutant => mutant != ManagementMutant.None);

    /// <summary>Each of these tests runs its rule a second time without it, and fails if that makes no difference (<see cref="AgreementScript.OnlyWithoutMutant"/>).</summary>
    [TestCaseSource(nameof(Mutants))]
    public void Each_rule_has_a_test_that_misses_it(object mutant)
    {
        Assert.That(s_rules, Contains.Key(mutant));
        var (tests, test) = s_rules[(ManagementMutant)mutant];
        Assert.That(tests.GetMethod(test)?.GetCustomAttribute<TestAttribute>(), Is.Not.Null);
        var source = File.ReadAllText(SourceOf(tests));
        Assert.That(source, Does.Contain($"{test}() => OnlyWithoutMutant(ManagementMutant.{mutant},").Or.Contain($"{test}() => {nameof(AgreementScript)}.OnlyWithoutMutant(ManagementMutant.{mutant},"));
    }

    private static string SourceOf(Type tests, [System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, $"{tests.Name}.cs");
}
