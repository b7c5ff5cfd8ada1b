using System.Reflection;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Tests.Agreement;
using Dams.Tests.Coordination;
using Dams.Tests.Ordering.Driver;
using Dams.Tests.Ordering.Transport;
using Dams.Tests.Replica;
using Dams.Tests.Replica.Snapshots;
using Dams.Tests.Simulation;
using Dams.Tests.Soap;
using NUnit.Framework;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>Bugs of ordering protocols that others had, or that reviews of this one found, and the test that would notice each here.</summary>
[Category("Scenarios")]
internal sealed class BugList
{
    private static readonly (string Bug, Type Tests, string Test)[] s_bugs =
    [
        ("zombie sequencer orders after a reset", typeof(ReignTests), nameof(ReignTests.A_zombie_orders_nothing_after_a_reset)),
        ("minority reset on both sides of a partition", typeof(ReignTests), nameof(ReignTests.Neither_half_of_a_partition_begins_an_epoch)),
        ("a standby speaks of a first start for ever", typeof(ReignTests), nameof(ReignTests.A_standby_waits_for_nobody_once_another_is_active)),
        ("longest log wins over newer epoch", typeof(ReignTests), nameof(ReignTests.A_longer_log_of_an_older_epoch_loses)),
        ("recovery that needs everyone", typeof(ReignTests), nameof(ReignTests.A_new_epoch_begins_without_a_dead_member)),
        ("duelling candidates", typeof(ReignTests), nameof(ReignTests.Candidates_that_meet_do_not_go_on_for_ever)),
        ("epoch reused by a restarted candidate", typeof(ReignTests), nameof(ReignTests.A_restarted_candidate_cannot_use_what_its_former_life_was_promised)),
        ("assertion that is reachable from the wire", typeof(ReignTests), nameof(ReignTests.A_view_of_another_configuration_counts_for_nothing)),
        ("refusal that reaches nobody", typeof(ReignTests), nameof(ReignTests.Who_is_refused_learns_it_and_comes_back_higher)),
        ("stale tail executed on a newer epoch's commit", typeof(ReignTests), nameof(ReignTests.A_commit_of_an_epoch_that_is_not_installed_executes_nothing)),
        ("delayed NEWVIEW cuts acknowledged entries", typeof(ReignTests), nameof(ReignTests.A_delayed_NEWVIEW_is_acknowledged_and_cuts_nothing)),
        ("halted by what a lost reign ordered", typeof(ReignTests), nameof(ReignTests.What_is_held_of_a_lost_reign_does_not_halt_who_learns_what_the_next_has_committed)),
        ("shorter member halts at NEWVIEW", typeof(ReignTests), nameof(ReignTests.A_member_whose_log_is_shorter_than_the_new_epochs_fetches_the_rest)),
        ("asks for ever and says nothing", typeof(ReignTests), nameof(ReignTests.Who_is_given_only_what_does_not_follow_what_it_executed_takes_nothing_and_says_so)),
        ("sequencer that is deaf but not mute", typeof(ReignTests), nameof(ReignTests.A_sequencer_that_hears_nobody_is_silent_and_is_followed_by_another)),
        ("time running backwards at fail-over", typeof(ReignTests), nameof(ReignTests.Time_does_not_fall_when_the_next_sequencers_clock_is_behind)),
        ("everyone restarted and nobody in the view", typeof(ReignTests), nameof(ReignTests.After_a_stop_of_everything_the_view_and_the_order_are_what_they_were)),
        ("same message twice after a view change", typeof(ReignTests), nameof(ReignTests.A_repeat_at_the_next_sequencer_has_the_first_answer_and_no_effect)),
        ("promise forgotten by a restart", typeof(StorageRuleTests), nameof(StorageRuleTests.A_promise_outlives_a_restart)),
        ("promise given before it is on disk", typeof(StorageRuleTests), nameof(StorageRuleTests.A_promise_is_not_given_before_it_is_on_disk)),
        ("acknowledged before fsync", typeof(StorageRuleTests), nameof(StorageRuleTests.What_is_not_flushed_is_not_acknowledged)),
        ("order known only to the dead", typeof(StorageRuleTests), nameof(StorageRuleTests.An_entry_that_only_one_has_is_not_executed)),
        ("executed on ORDER", typeof(StorageRuleTests), nameof(StorageRuleTests.An_entry_is_not_executed_because_it_is_there)),
        ("member with a wiped disk counted under its old id", typeof(StorageRuleTests), nameof(StorageRuleTests.A_wiped_member_does_not_stand_for_what_it_had)),
        ("older copy of a folder counted as the folder", typeof(StorageRuleTests), nameof(StorageRuleTests.An_older_copy_of_a_folder_does_not_stand_for_what_the_folder_had)),
        ("older copy of a folder works until it is found out", typeof(StorageRuleTests), nameof(StorageRuleTests.A_member_whose_folder_nobody_has_confirmed_promises_acknowledges_and_executes_nothing)),
        ("copy of a replaced incarnation's folder kept its slot for ever", typeof(StorageRuleTests), nameof(StorageRuleTests.A_copy_of_a_folder_whose_incarnation_has_been_replaced_since_leaves_by_itself)),
        ("everyone refuses everyone after a power cut in a start", typeof(StorageRuleTests), nameof(StorageRuleTests.A_stop_of_everything_while_stamps_are_confirmed_keeps_nobody_out)),
        ("wiped member taken for a first start", typeof(StorageRuleTests), nameof(StorageRuleTests.Wiped_members_do_not_make_a_first_start)),
        ("quorum counted in the wrong view", typeof(StorageRuleTests), nameof(StorageRuleTests.A_stranger_to_the_chosen_logs_view_is_not_counted)),
        ("trimming ignores silent members", typeof(StorageRuleTests), nameof(StorageRuleTests.Nothing_is_trimmed_that_a_silent_member_may_need)),
        ("duplicate swallowed, client waits for ever", typeof(RepairTests), nameof(RepairTests.A_repeat_after_lost_replies_brings_them_again)),
        ("finite dedupe window", typeof(RepairTests), nameof(RepairTests.A_repeat_that_the_history_has_forgotten_is_answered_from_the_session_table)),
        ("lost last message", typeof(RepairTests), nameof(RepairTests.The_loss_of_the_last_message_is_shown_by_SYNC)),
        ("gap skipped (any larger number accepted)", typeof(RepairTests), nameof(RepairTests.A_gap_is_not_skipped)),
        ("hold-back releases the message just received instead of the next", typeof(RepairTests), nameof(RepairTests.Entries_that_come_in_reverse_are_taken_in_order)),
        ("non-cumulative ack taken as cumulative", typeof(RepairTests), nameof(RepairTests.What_is_held_beyond_a_gap_counts_for_nothing)),
        ("history full for ever", typeof(RepairTests), nameof(RepairTests.A_full_history_is_busy_only_until_something_is_committed)),
        ("asked for what is trimmed, and no answer", typeof(RepairTests), nameof(RepairTests.Who_asks_for_what_is_trimmed_is_told_where_the_log_begins)),
        ("uncommitted entries dropped from history", typeof(RepairTests), nameof(RepairTests.A_full_history_drops_nothing_that_is_not_committed)),
        ("one slow member stops the group", typeof(RepairTests), nameof(RepairTests.A_slow_member_is_waited_for_by_nobody_and_finds_in_the_others_logs_what_the_history_has_dropped)),
        ("laggard that nobody notices", typeof(RepairTests), nameof(RepairTests.A_member_whose_disk_stands_still_is_reported_and_nobody_else_is)),
        ("logs that grow for one that is slow and moves", typeof(RepairTests), nameof(RepairTests.A_member_that_moves_but_is_further_behind_than_logs_are_kept_is_reported)),
        ("wall clock in a replica", typeof(RepairTests), nameof(RepairTests.What_a_replicas_own_clock_says_is_not_in_its_state)),
        ("two entries for one number are repaired in place", typeof(RepairTests), nameof(RepairTests.Another_entry_under_a_stored_number_halts)),
        ("two callers with one request id", typeof(RepairTests), nameof(RepairTests.Two_callers_with_one_request_id_are_two_requests)),
        ("joiner that lost its JOIN", typeof(MembershipRuleTests), nameof(MembershipRuleTests.A_JOIN_that_its_sequencer_took_along_is_asked_for_again)),
        ("joiner without donors waits for ever", typeof(MembershipRuleTests), nameof(MembershipRuleTests.A_JOIN_whose_snapshot_nobody_gives_is_ordered_again_with_a_new_number)),
        ("big snapshot that is taken for a slow disk", typeof(MembershipRuleTests), nameof(MembershipRuleTests.A_joiner_whose_snapshot_takes_a_while_is_no_laggard_until_it_takes_too_long)),
        ("JOINs in vain that keep everyone from being a laggard", typeof(MembershipRuleTests), nameof(MembershipRuleTests.A_joiner_that_asks_for_one_JOIN_after_the_other_is_a_laggard_and_hides_none)),
        ("activation changes who counts for older entries", typeof(MembershipRuleTests), nameof(MembershipRuleTests.A_joiner_does_not_count_for_entries_before_its_ACTIVATE)),
        ("joiner above the new tail", typeof(MembershipRuleTests), nameof(MembershipRuleTests.A_joiner_above_the_tail_of_its_epoch_follows_without_cutting)),
        ("leaver takes the log with it", typeof(MembershipRuleTests), nameof(MembershipRuleTests.A_joiner_copies_the_old_entries_that_others_still_need)),
        ("log deleted before LEAVE", typeof(MembershipRuleTests), nameof(MembershipRuleTests.Who_is_ordered_out_stays_with_its_log_until_the_LEAVE_is_committed)),
        ("big snapshot never joins because the log moves on", typeof(MembershipRuleTests), nameof(MembershipRuleTests.A_joiner_whose_snapshot_takes_long_finds_in_the_logs_what_was_ordered_meanwhile)),
        ("replaced before it left, then no quorum", typeof(MembershipRuleTests), nameof(MembershipRuleTests.A_new_incarnation_does_not_join_before_the_old_one_has_left)),
        ("nobody is left to decide", typeof(MembershipRuleTests), nameof(MembershipRuleTests.Nobody_is_ordered_out_when_the_rest_has_no_quorum_of_live_members)),
        ("a paused replica comes back after it was replaced", typeof(MembershipRuleTests), nameof(MembershipRuleTests.Who_was_ordered_out_while_it_stood_still_leaves_when_it_wakes)),
        ("poison entry kills each replacement", typeof(PoisonRuleTests), nameof(PoisonRuleTests.Who_died_twice_in_an_entry_waits_before_it_and_a_replacement_does_not_even_get_there)),
        ("killed once by chance", typeof(PoisonRuleTests), nameof(PoisonRuleTests.One_death_may_be_chance_and_an_entry_that_is_survived_is_no_poison)),
        ("skip of an entry that somebody executed", typeof(PoisonRuleTests), nameof(PoisonRuleTests.What_two_have_executed_is_not_skipped_although_they_are_dead_when_it_is_asked_for)),
        ("skip of what nobody waits for", typeof(PoisonRuleTests), nameof(PoisonRuleTests.A_skip_that_nobody_needs_binds_nobody)),
        ("promise not to execute is forgotten by a restart", typeof(PoisonRuleTests), nameof(PoisonRuleTests.A_promise_not_to_execute_outlives_a_restart)),
        ("skipped entry is executed in a replay", typeof(PoisonRuleTests), nameof(PoisonRuleTests.What_was_skipped_is_skipped_again_after_a_restart_however_old_the_commit_hint_is)),
        ("alone with the effect of what the others skip", typeof(PoisonRuleTests), nameof(PoisonRuleTests.Who_has_executed_alone_what_the_others_skip_halts_at_the_SKIP)),
        ("skip lost with its sequencer", typeof(PoisonRuleTests), nameof(PoisonRuleTests.A_skip_that_its_sequencer_took_along_is_asked_for_again_of_the_next)),
        ("joiner executes what the others skip", typeof(PoisonRuleTests), nameof(PoisonRuleTests.A_joiner_that_replays_the_entry_must_promise_as_the_voters_do)),
        ("who is waited for is ordered out", typeof(PoisonRuleTests), nameof(PoisonRuleTests.Nobody_leaves_voluntarily_while_promises_are_collected)),
        ("an old number, mistyped, stops everyone", typeof(PoisonRuleTests), nameof(PoisonRuleTests.A_skip_of_an_old_entry_that_nobody_needs_has_nobody_read_its_log)),
        ("who is asked to promise reads for seconds", typeof(PoisonRuleTests), nameof(PoisonRuleTests.Who_waits_with_a_long_log_behind_the_entry_promises_without_reading_it)),
        ("a long log read backwards", typeof(PoisonRuleTests), nameof(PoisonRuleTests.Who_has_executed_the_entry_reads_its_log_once_and_forwards)),
        ("nobody knows who is waited for", typeof(PoisonRuleTests), nameof(PoisonRuleTests.Who_has_executed_the_entry_tells_who_was_there_when_none_but_a_joiner_promises)),
        ("nonce reuse after restart", typeof(SealingTests), nameof(SealingTests.A_nonce_never_repeats_under_a_key)),
        ("id reuse by a late message of a predecessor", typeof(SessionTableTests), nameof(SessionTableTests.A_late_message_of_a_former_life_has_no_effect)),
        ("everyone stands still while rows are forgotten", typeof(SessionTableTests), nameof(SessionTableTests.Rows_that_are_given_up_at_once_cost_about_the_same_each_however_many_they_are)),
        ("retry storm in step after fail-over", typeof(RequestCoordinatorTests), nameof(RequestCoordinatorTests.After_a_fail_over_the_repeats_do_not_come_in_step)),
        ("\"all different\" reported as fine", typeof(RequestCoordinatorTests), nameof(RequestCoordinatorTests.All_different_is_divergence_and_not_fine)),
        ("votes on text or on success only", typeof(ReplyVoterTests), nameof(ReplyVoterTests.Votes_are_on_digests_and_not_on_who_made_them_or_whether_the_text_is_there)),
        ("votes split by a view change", typeof(RequestCoordinatorTests), nameof(RequestCoordinatorTests.Replies_for_different_numbers_are_not_added_up)),
        ("slowest-ever limit inflated by one pause", typeof(SilenceLimitTests), nameof(SilenceLimitTests.One_pause_does_not_inflate_the_limit_for_ever)),
        ("first pair is the wrong pair", typeof(ReplyVoterTests), nameof(ReplyVoterTests.Nobody_is_judged_by_the_pair_that_was_first_when_there_is_another)),
        ("everyone struck when there was no quorum", typeof(VerdictTests), nameof(VerdictTests.Nobody_is_struck_or_suspected_when_there_was_no_quorum)),
        ("everyone struck when there was a tie", typeof(VerdictTests), nameof(VerdictTests.Two_pairs_accuse_nobody_and_raise_an_alarm)),
        ("strikes counted in arrival order", typeof(VerdictTests), nameof(VerdictTests.Strikes_are_counted_in_the_order_of_numbers)),
        ("strikes never reset", typeof(VerdictTests), nameof(VerdictTests.A_right_reply_ends_a_run)),
        ("a missing reply is a strike", typeof(VerdictTests), nameof(VerdictTests.A_missing_reply_neither_counts_nor_resets)),
        ("a repeated call strikes again", typeof(VerdictTests), nameof(VerdictTests.A_number_that_a_client_asks_for_again_is_one_strike)),
        ("strikes of the dead fall on their successors", typeof(VerdictTests), nameof(VerdictTests.A_new_incarnation_begins_without_strikes)),
        ("crashed and wrong replaced at once", typeof(ReplacementTests), nameof(ReplacementTests.One_at_a_time)),
        ("replaced without enough to copy from", typeof(ReplacementTests), nameof(ReplacementTests.Nobody_is_replaced_without_two_to_copy_from)),
        ("replaced for ever", typeof(ReplacementTests), nameof(ReplacementTests.A_slot_that_was_replaced_three_times_in_ten_minutes_is_degraded_until_they_are_over)),
        ("replaced because of what its predecessor did", typeof(ReplacementTests), nameof(ReplacementTests.What_is_said_of_a_replaced_incarnation_is_ignored)),
        ("set aside before its LEAVE is committed", typeof(ManagerProtocolTests), nameof(ManagerProtocolTests.The_own_replica_is_replaced_when_it_has_left_and_again_until_that_is_settled)),
        ("taken to have left by an old view", typeof(ManagerProtocolTests), nameof(ManagerProtocolTests.A_view_that_is_older_than_the_decisions_has_seen_nobody_leave)),
        ("voted dead while it is started again", typeof(RestartHoldTests), nameof(RestartHoldTests.Votes_that_did_not_know_of_a_restart_count_for_nothing)),
        ("everyone suspected during a fail-over", typeof(SuspicionTests), nameof(SuspicionTests.Nobody_is_suspected_while_no_sequencer_is_heard)),
        ("everyone suspected after a fail-over", typeof(SuspicionTests), nameof(SuspicionTests.Nobody_is_suspected_while_members_settle_in_a_new_epoch)),
        ("silence timed from the sending", typeof(SuspicionTests), nameof(SuspicionTests.Late_replies_are_timed_from_the_second_equal_one)),
        ("everyone suspected by who stood still himself", typeof(SuspicionTests), nameof(SuspicionTests.A_front_end_that_stood_still_suspects_nobody)),
        ("first pair answers a strict write against a second", typeof(StrictTests), nameof(StrictTests.A_rival_pair_is_divergence_and_no_answer)),
        ("reply slots shared between requests", typeof(RequestCoordinatorTests), nameof(RequestCoordinatorTests.Replies_to_one_request_say_nothing_about_another)),
        ("from one number whose body is gone to another and back", typeof(RequestCoordinatorTests), nameof(RequestCoordinatorTests.A_number_whose_body_was_gone_is_not_gone_back_to)),
        ("NotExecuted said too early", typeof(CallEndTests), nameof(CallEndTests.A_call_that_was_sent_never_ends_as_one_that_was_not_nor_does_its_repeat)),
        ("snapshot from the wrong replica", typeof(SnapshotFetcherTests), nameof(SnapshotFetcherTests.Who_gives_another_state_than_it_vouches_for_is_found_out_and_the_next_is_asked)),
        ("snapshot with a header that only its donor says", typeof(SnapshotFetcherTests), nameof(SnapshotFetcherTests.A_header_that_nobody_vouches_for_is_not_believed)),
        ("snapshot without its number", typeof(SnapshotReaderTests), nameof(SnapshotReaderTests.A_right_snapshot_of_another_number_is_refused)),
        ("start from a snapshot that nobody vouched for", typeof(SnapshotFetcherTests), nameof(SnapshotFetcherTests.What_is_not_what_was_vouched_for_never_has_the_name_that_a_start_looks_for)),
        ("joiner that waits for a fetch that has ended", typeof(SnapshotFetcherTests), nameof(SnapshotFetcherTests.A_donor_that_gives_pieces_without_end_is_followed_by_another)),
        ("donor that forgets its joiner when it restarts", typeof(SnapshotKeeperTests), nameof(SnapshotKeeperTests.One_that_a_joiner_needs_is_served_on_after_a_restart)),
        ("lengths in characters instead of bytes", typeof(LengthTests), nameof(LengthTests.The_limit_of_a_request_is_one_of_bytes)),
        ("buffers that truncate silently or keep an old tail", typeof(UdpTransportTests), nameof(UdpTransportTests.A_short_datagram_in_the_buffer_of_a_long_one_ends_where_it_ends)),
        ("flood that looks like wake-ups", typeof(UdpTransportTests), nameof(UdpTransportTests.A_strangers_datagrams_of_one_byte_are_taken_one_by_one_and_counted)),
        ("receive without a time-out", typeof(ProtocolDriverTests), nameof(ProtocolDriverTests.A_core_without_input_gets_its_timer_and_what_it_began_with_is_sent)),
    ];

    private static IEnumerable<TestCaseData> Bugs => s_bugs.Select(bug => new TestCaseData(bug.Bug, bug.Tests, bug.Test).SetArgDisplayNames(bug.Bug));

    [TestCaseSource(nameof(Bugs))]
    public void A_bug_that_others_had_has_a_test(string bug, Type tests, string test)
    {
        var method = tests.GetMethod(test, BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static);
        Assert.That(method?.GetCustomAttributes().Any(attribute => attribute is TestAttribute or TestCaseAttribute or TestCaseSourceAttribute), Is.True, bug);
        Assert.That(tests.GetCustomAttribute<IgnoreAttribute>() ?? method!.GetCustomAttribute<IgnoreAttribute>(), Is.Null, $"{bug}: the test is ignored");
    }

    [Test]
    public void No_bug_is_named_twice() => Assert.That(s_bugs.Select(bug => bug.Bug), Is.Unique);

    [Test]
    public void Every_scenario_test_is_for_a_bug_on_the_list()
    {
        var named = s_bugs.Select(bug => (bug.Tests, bug.Test)).ToHashSet();
        var strays = new[] { typeof(ReignTests), typeof(StorageRuleTests), typeof(RepairTests), typeof(MembershipRuleTests), typeof(PoisonRuleTests) }
            .SelectMany(tests => tests.GetMethods().Where(method => method.GetCustomAttribute<TestAttribute>() is not null).Select(method => (tests, method.Name)))
            .Where(test => !named.Contains(test));
        Assert.That(strays, Is.Empty);
    }

    /// <summary>The scenario holds with the protocol as it is, and would not with that rule taken out: it is about the rule.</summary>
    public static void OnlyWithoutMutant(Mutant mutant, Action<Func<GroupOptions, GroupOptions>> scenario)
    {
        scenario(options => options);
        Assert.That(() => scenario(options => options with { Mutant = mutant }),
            Throws.InstanceOf<AssertionException>().Or.InstanceOf<BrokenException>().Or.InstanceOf<InvariantBrokenException>());
    }
}
