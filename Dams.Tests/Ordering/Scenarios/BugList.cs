using System.Reflection;
using Dams.Tests.Agreement;
using Dams.Tests.Coordination;
using Dams.Tests.Ordering.Driver;
using Dams.Tests.Ordering.Transport;
using Dams.Tests.Replica;
using Dams.Tests.Replica.Snapshots;
using Dams.Tests.Soap;
using Dams.Tests.Status;
using Dams.Tests.Tidy;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>
/// Bugs of ordering protocols, each with the test that would notice it here. Other protocols had them, or reviews of this one
/// found them.
/// </summary>
[Category("Scenarios")]
internal sealed class BugList
{
    private const string CommentStart = "// Bug: ";

    private static readonly (string Bug, Type Tests, string Test)[] s_bugs =
    [
        ("zombie sequencer orders after a reset", typeof(EpochTests), nameof(EpochTests.A_zombie_orders_nothing_after_a_reset)),
        ("minority reset on both sides of a partition", typeof(EpochTests), nameof(EpochTests.Neither_half_of_a_partition_begins_an_epoch)),
        ("a standby speaks of a first start for ever", typeof(EpochTests),
            nameof(EpochTests.A_standby_waits_for_nobody_once_another_is_active)),
        ("longest log wins over newer epoch", typeof(EpochTests), nameof(EpochTests.A_longer_log_of_an_older_epoch_loses)),
        ("recovery that needs everyone", typeof(EpochTests), nameof(EpochTests.A_new_epoch_begins_without_a_dead_member)),
        ("duelling candidates", typeof(EpochTests), nameof(EpochTests.One_of_two_duelling_candidates_becomes_active)),
        ("stuck candidate prepares twice", typeof(EpochTests),
            nameof(EpochTests.A_stuck_candidate_starts_again_with_one_PREPARE_for_each_member)),
        ("epoch reused by a restarted candidate", typeof(EpochTests),
            nameof(EpochTests.A_restarted_candidate_cannot_use_promises_to_its_former_boot)),
        ("assertion that is reachable from the wire", typeof(EpochTests), nameof(EpochTests.A_view_of_another_configuration_is_ignored)),
        ("refusal that reaches nobody", typeof(EpochTests),
            nameof(EpochTests.A_refused_sequencer_notices_and_returns_with_a_higher_epoch)),
        ("stale tail executed on a newer epoch's commit", typeof(EpochTests),
            nameof(EpochTests.A_commit_of_an_uninstalled_epoch_executes_nothing)),
        ("delayed NEWVIEW cuts acknowledged entries", typeof(EpochTests),
            nameof(EpochTests.A_delayed_NEWVIEW_is_acknowledged_and_cuts_nothing)),
        ("member halted by what a lost epoch ordered", typeof(EpochTests),
            nameof(EpochTests.Entries_held_from_a_lost_epoch_do_not_halt_a_member_that_catches_up)),
        ("shorter member halts at NEWVIEW", typeof(EpochTests),
            nameof(EpochTests.A_member_with_a_shorter_log_than_the_new_epoch_fetches_the_rest)),
        ("member asks for ever and reports nothing", typeof(EpochTests),
            nameof(EpochTests.A_member_given_only_entries_that_do_not_fit_takes_none_and_reports_it)),
        ("sequencer that is deaf but not mute", typeof(EpochTests),
            nameof(EpochTests.A_sequencer_that_hears_nobody_falls_silent_and_another_takes_over)),
        ("time running backwards at a failover", typeof(EpochTests),
            nameof(EpochTests.Time_does_not_fall_when_the_next_sequencers_clock_is_behind)),
        ("everyone restarted and nobody in the view", typeof(EpochTests),
            nameof(EpochTests.The_view_and_the_order_survive_a_crash_of_all_processes)),
        ("same message twice after a view change", typeof(EpochTests),
            nameof(EpochTests.A_repeat_at_the_next_sequencer_gets_the_first_answer_and_has_no_effect)),
        ("promise forgotten by a restart", typeof(StorageRuleTests), nameof(StorageRuleTests.A_promise_outlives_a_restart)),
        ("promise given before it is on disk", typeof(StorageRuleTests),
            nameof(StorageRuleTests.A_promise_is_not_given_before_it_is_on_disk)),
        ("acknowledged before fsync", typeof(StorageRuleTests), nameof(StorageRuleTests.An_entry_is_not_acknowledged_before_it_is_flushed)),
        ("order known only to the dead", typeof(StorageRuleTests), nameof(StorageRuleTests.An_entry_on_one_disk_only_is_not_executed)),
        ("executed on ORDER", typeof(StorageRuleTests), nameof(StorageRuleTests.An_entry_is_not_executed_on_arrival)),
        ("member with a wiped disk counted under its old id", typeof(StorageRuleTests),
            nameof(StorageRuleTests.A_wiped_member_is_not_counted_under_its_old_identity)),
        ("older copy of a folder counted as the folder", typeof(StorageRuleTests),
            nameof(StorageRuleTests.An_older_copy_of_a_folder_is_not_counted_as_the_folder)),
        ("older copy of a folder works until it is found out", typeof(StorageRuleTests),
            nameof(StorageRuleTests.A_member_with_an_unconfirmed_folder_promises_acknowledges_and_executes_nothing)),
        ("copy of a replaced incarnation's folder keeps its seat for ever", typeof(StorageRuleTests),
            nameof(StorageRuleTests.A_member_on_a_copy_of_a_replaced_incarnations_folder_leaves_by_itself)),
        ("everyone refuses everyone after a power cut in a start", typeof(StorageRuleTests),
            nameof(StorageRuleTests.A_crash_of_all_members_while_stamps_are_confirmed_locks_nobody_out)),
        ("wiped member taken for a first start", typeof(StorageRuleTests),
            nameof(StorageRuleTests.Wiped_members_cannot_begin_the_first_epoch)),
        ("quorum counted in the wrong view", typeof(StorageRuleTests),
            nameof(StorageRuleTests.A_promise_from_outside_the_chosen_logs_view_is_not_counted)),
        ("trimming ignores silent members", typeof(StorageRuleTests),
            nameof(StorageRuleTests.Nothing_is_trimmed_that_a_silent_member_may_need)),
        ("duplicate swallowed, client waits for ever", typeof(RepairTests),
            nameof(RepairTests.A_repeat_after_lost_replies_makes_replicas_send_them_again)),
        ("finite dedupe window", typeof(RepairTests),
            nameof(RepairTests.A_repeat_that_the_history_has_forgotten_is_answered_from_the_session_table)),
        ("lost last message", typeof(RepairTests), nameof(RepairTests.SYNC_reveals_the_loss_of_the_last_message)),
        ("gap skipped (any larger number accepted)", typeof(RepairTests), nameof(RepairTests.A_gap_is_not_skipped)),
        ("hold-back releases the message just received instead of the next", typeof(RepairTests),
            nameof(RepairTests.Entries_that_arrive_in_reverse_are_executed_in_order)),
        ("non-cumulative ack taken as cumulative", typeof(RepairTests),
            nameof(RepairTests.Entries_held_beyond_a_gap_do_not_count_as_stored)),
        ("history full for ever", typeof(RepairTests), nameof(RepairTests.A_sequencer_with_a_full_history_is_busy_only_until_a_commit)),
        ("fetch of trimmed entries gets no answer", typeof(RepairTests),
            nameof(RepairTests.A_fetch_of_trimmed_entries_is_answered_with_the_start_of_the_log)),
        ("uncommitted entries dropped from history", typeof(RepairTests), nameof(RepairTests.A_full_history_drops_no_uncommitted_entries)),
        ("one slow member stops the group", typeof(RepairTests),
            nameof(RepairTests.A_slow_member_delays_nobody_and_catches_up_from_the_others_logs)),
        ("laggard that nobody notices", typeof(RepairTests), nameof(RepairTests.Only_a_member_whose_disk_stands_still_is_reported)),
        ("logs grow for a slow member that still moves", typeof(RepairTests),
            nameof(RepairTests.A_moving_member_is_reported_if_it_is_further_behind_than_logs_are_kept)),
        ("wall clock in a replica", typeof(RepairTests), nameof(RepairTests.A_replicas_own_clock_does_not_affect_its_state)),
        ("two entries for one number are repaired in place", typeof(RepairTests),
            nameof(RepairTests.A_member_halts_if_another_entry_arrives_under_a_stored_number)),
        ("two callers with one request id", typeof(RepairTests),
            nameof(RepairTests.Two_callers_with_the_same_request_id_make_two_requests)),
        ("joiner that lost its JOIN", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_JOIN_lost_with_its_sequencer_is_requested_again)),
        ("joiner without donors waits for ever", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_JOIN_whose_snapshot_nobody_gives_is_ordered_again_with_a_new_number)),
        ("big snapshot is taken for a slow disk", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_joiner_is_a_laggard_only_after_its_snapshot_takes_too_long)),
        ("repeated JOINs hide every laggard", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_joiner_that_repeats_its_JOIN_is_a_laggard_and_hides_no_other)),
        ("activation changes who counts for older entries", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_joiner_does_not_count_for_entries_before_ACTIVATE)),
        ("joiner above the new tail", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_joiner_above_the_tail_of_its_epoch_follows_without_cutting)),
        ("leaver takes the log with it", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_joiner_copies_the_old_entries_that_others_still_need)),
        ("log deleted before LEAVE", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_leaving_member_stays_with_its_log_until_LEAVE_is_committed)),
        ("big snapshot never joins because the log moves on", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_joiner_with_a_slow_snapshot_catches_up_from_the_others_logs)),
        ("replaced before it left, then no quorum", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_new_incarnation_does_not_join_before_the_old_one_has_left)),
        ("nobody is left to decide", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.Nobody_is_ordered_out_when_the_rest_has_no_quorum_of_live_members)),
        ("a paused replica comes back after it was replaced", typeof(MembershipRuleTests),
            nameof(MembershipRuleTests.A_paused_member_that_was_ordered_out_leaves_when_it_resumes)),
        ("poison entry kills each replacement", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_member_waits_before_an_entry_that_killed_it_twice_and_replacements_never_reach_it)),
        ("killed once by chance", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_member_retries_after_one_death_and_survived_deaths_do_not_add_up)),
        ("skip of an entry that somebody executed", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.An_entry_that_two_dead_members_have_executed_is_not_skipped)),
        ("skip of an entry before which nobody waits", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_skip_that_nobody_needs_binds_nobody)),
        ("promise not to execute is forgotten by a restart", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_promise_not_to_execute_outlives_a_restart)),
        ("skipped entry is executed in a replay", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_skipped_entry_is_skipped_again_after_a_restart_with_an_old_commit_hint)),
        ("one member alone keeps the effect of a skipped entry", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_member_that_alone_executed_a_skipped_entry_halts_at_the_SKIP)),
        ("skip lost with its sequencer", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_SKIP_lost_with_its_sequencer_is_requested_from_the_next_one)),
        ("joiner executes what the others skip", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_joiner_that_replays_the_entry_must_promise_as_the_voters_do)),
        ("member that a skip waits for is ordered out", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.Nobody_leaves_voluntarily_while_promises_are_collected)),
        ("mistyped old number in a skip stops everyone", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.An_unneeded_skip_of_an_old_entry_makes_nobody_read_its_log)),
        ("member that is asked for a promise reads its log for seconds", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_waiting_member_promises_without_reading_the_long_log_behind_the_entry)),
        ("a long log read backwards", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_member_that_executed_the_entry_reads_its_log_once_and_forwards)),
        ("nobody knows which members a skip waits for", typeof(PoisonRuleTests),
            nameof(PoisonRuleTests.A_member_that_executed_the_entry_tells_the_view_when_only_a_joiner_promises)),
        ("nonce reuse after restart", typeof(SealingTests), nameof(SealingTests.A_nonce_never_repeats_under_a_key)),
        ("id reuse by a late message of a predecessor", typeof(SessionTableTests),
            nameof(SessionTableTests.A_late_message_of_an_earlier_boot_has_no_effect)),
        ("everyone stands still while rows are forgotten", typeof(SessionTableTests),
            nameof(SessionTableTests.Giving_up_a_row_costs_about_the_same_however_many_are_given_up)),
        ("retries in step after a failover", typeof(RequestCoordinatorTests),
            nameof(RequestCoordinatorTests.After_a_failover_retries_are_spread_over_time)),
        ("\"all different\" reported as fine", typeof(RequestCoordinatorTests),
            nameof(RequestCoordinatorTests.Four_different_replies_are_a_divergence)),
        ("votes on text or on success only", typeof(ReplyVoterTests),
            nameof(ReplyVoterTests.Replies_are_compared_by_digest_and_not_by_version_or_body)),
        ("votes split by a view change", typeof(RequestCoordinatorTests),
            nameof(RequestCoordinatorTests.Replies_for_different_numbers_are_not_added_up)),
        ("slowest-ever limit inflated by one pause", typeof(SilenceLimitTests),
            nameof(SilenceLimitTests.One_pause_does_not_inflate_the_limit_for_ever)),
        ("first pair is the wrong pair", typeof(ReplyVoterTests),
            nameof(ReplyVoterTests.No_replica_is_judged_by_the_first_pair_when_there_is_a_second)),
        ("everyone struck when there was no quorum", typeof(VerdictTests),
            nameof(VerdictTests.No_replica_is_struck_or_suspected_without_a_quorum)),
        ("everyone struck when there was a tie", typeof(VerdictTests), nameof(VerdictTests.Two_pairs_accuse_nobody_and_raise_an_alarm)),
        ("strikes counted in arrival order", typeof(VerdictTests), nameof(VerdictTests.Strikes_are_counted_in_the_order_of_numbers)),
        ("strikes never reset", typeof(VerdictTests), nameof(VerdictTests.A_right_reply_ends_a_run)),
        ("a missing reply is a strike", typeof(VerdictTests), nameof(VerdictTests.A_missing_reply_neither_counts_nor_resets)),
        ("a repeated call strikes again", typeof(VerdictTests),
            nameof(VerdictTests.A_wrong_reply_that_a_client_asks_for_again_is_one_strike)),
        ("strikes of the dead fall on their successors", typeof(VerdictTests),
            nameof(VerdictTests.A_new_incarnation_begins_without_strikes)),
        ("crashed and wrong replaced at once", typeof(ReplacementTests),
            nameof(ReplacementTests.Replacements_are_carried_out_one_at_a_time)),
        ("replaced without enough to copy from", typeof(ReplacementTests),
            nameof(ReplacementTests.No_replica_is_replaced_without_two_to_copy_from)),
        ("replaced for ever", typeof(ReplacementTests), nameof(ReplacementTests.A_seat_replaced_three_times_in_ten_minutes_is_degraded)),
        ("replaced because of what its predecessor did", typeof(ReplacementTests),
            nameof(ReplacementTests.Reports_about_a_replaced_incarnation_are_ignored)),
        ("set aside before its LEAVE is committed", typeof(ManagerProtocolTests),
            nameof(ManagerProtocolTests.A_replica_is_replaced_only_after_its_LEAVE)),
        ("an old view is taken to show that a replica has left", typeof(ManagerProtocolTests),
            nameof(ManagerProtocolTests.A_view_older_than_the_decision_does_not_show_that_the_accused_has_left)),
        ("voted dead while its manager restarts it", typeof(RestartHoldTests),
            nameof(RestartHoldTests.Votes_cast_without_knowledge_of_a_restart_do_not_count)),
        ("everyone suspected during a failover", typeof(SuspicionTests), nameof(SuspicionTests.Nobody_is_suspected_during_a_failover)),
        ("everyone suspected after a failover", typeof(SuspicionTests),
            nameof(SuspicionTests.Nobody_is_suspected_while_a_new_epoch_settles)),
        ("silence timed from the sending", typeof(SuspicionTests), nameof(SuspicionTests.Late_replies_are_timed_from_the_second_equal_one)),
        ("everyone suspected by a front end that stood still", typeof(SuspicionTests),
            nameof(SuspicionTests.A_front_end_that_stood_still_suspects_nobody)),
        ("first pair answers a strict write against a second", typeof(StrictTests),
            nameof(StrictTests.A_rival_pair_ends_a_strict_write_as_divergence)),
        ("votes shared between requests", typeof(RequestCoordinatorTests),
            nameof(RequestCoordinatorTests.Replies_to_one_request_do_not_count_for_another)),
        ("a call returns to a number whose body is gone", typeof(CallBodyTests),
            nameof(CallBodyTests.A_call_does_not_return_to_a_number_whose_body_was_gone)),
        ("NotExecuted said too early", typeof(CallEndTests), nameof(CallEndTests.A_sent_call_and_its_repeat_never_end_as_not_executed)),
        ("snapshot from the wrong replica", typeof(SnapshotFetcherTests),
            nameof(SnapshotFetcherTests.A_donor_that_gives_another_state_than_it_vouches_for_is_followed_by_another)),
        ("snapshot with a header that only its donor vouches for", typeof(SnapshotFetcherTests),
            nameof(SnapshotFetcherTests.A_header_that_nobody_vouches_for_is_not_believed)),
        ("snapshot without its number", typeof(SnapshotReaderTests),
            nameof(SnapshotReaderTests.A_right_snapshot_of_another_number_is_refused)),
        ("start from a snapshot that nobody vouched for", typeof(SnapshotFetcherTests),
            nameof(SnapshotFetcherTests.A_snapshot_that_differs_from_the_vouched_one_never_gets_a_name_to_start_from)),
        ("joiner that waits for a fetch that has ended", typeof(SnapshotFetcherTests),
            nameof(SnapshotFetcherTests.A_donor_that_gives_pieces_without_end_is_followed_by_another)),
        ("donor that forgets its joiner when it restarts", typeof(SnapshotKeeperTests),
            nameof(SnapshotKeeperTests.A_snapshot_that_a_joiner_needs_is_still_served_after_a_restart)),
        ("a busy replica reports the digest of its last checkpoint, an idle one that of its last entry", typeof(ClusterWatchTests),
            nameof(ClusterWatchTests.Digests_are_compared_at_the_same_entry_only_whatever_was_executed_since)),
        ("lengths in characters instead of bytes", typeof(LengthTests), nameof(LengthTests.The_request_limit_counts_bytes_not_characters)),
        ("buffers that truncate silently or keep an old tail", typeof(UdpTransportTests),
            nameof(UdpTransportTests.A_short_datagram_has_no_tail_of_the_longer_one_before_it)),
        ("flood that looks like wake-ups", typeof(UdpTransportTests),
            nameof(UdpTransportTests.One_byte_datagrams_of_unknown_senders_are_received_and_counted_one_by_one)),
        ("receive without a timeout", typeof(ProtocolDriverTests),
            nameof(ProtocolDriverTests.A_core_without_input_gets_its_timer_and_its_first_message_is_sent)),
    ];

    private static IEnumerable<TestCaseData> Bugs =>
        s_bugs.Select(bug => new TestCaseData(bug.Bug, bug.Tests, bug.Test).SetArgDisplayNames(bug.Bug));

    [TestCaseSource(nameof(Bugs))]
    public void Each_known_bug_has_a_test(string bug, Type tests, string test)
    {
        var method = tests.GetMethod(test, BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static);
        Assert.That(
            method?.GetCustomAttributes().Any(attribute => attribute is TestAttribute or TestCaseAttribute or TestCaseSourceAttribute),
            Is.True,
            bug);
        Assert.That(
            tests.GetCustomAttribute<IgnoreAttribute>() ?? method!.GetCustomAttribute<IgnoreAttribute>(),
            Is.Null,
            $"{bug}: the test is ignored");
    }

    [Test]
    public void No_bug_is_named_twice() => Assert.That(s_bugs.Select(bug => bug.Bug), Is.Unique);

    [Test]
    public void Each_bug_is_named_above_its_test_and_nowhere_else() =>
        Assert.That(Comments(), Is.EquivalentTo(s_bugs.Select(bug => (bug.Bug, bug.Tests.Name, bug.Test))));

    [Test]
    public void Every_scenario_test_is_for_a_bug_on_the_list()
    {
        var named = s_bugs.Select(bug => (bug.Tests, bug.Test)).ToHashSet();
        Type[] scenarios =
            [typeof(EpochTests), typeof(StorageRuleTests), typeof(RepairTests), typeof(MembershipRuleTests), typeof(PoisonRuleTests)];
        var strays = scenarios
            .SelectMany(tests => tests.GetMethods()
                .Where(method => method.GetCustomAttribute<TestAttribute>() is not null)
                .Select(method => (tests, method.Name)))
            .Where(test => !named.Contains(test));
        Assert.That(strays, Is.Empty);
    }

    /// <summary>The bugs that comments above tests name, with the class and the name of the test below.</summary>
    private static IEnumerable<(string Bug, string Class, string Test)> Comments() =>
        from path in SourceTree.Sources
        let lines = SourceTree.Text(path).Split('\n')
        from place in Enumerable.Range(0, lines.Length)
        let comment = lines[place].Trim()
        where comment.StartsWith(CommentStart, StringComparison.Ordinal)
        let test = lines.Skip(place).First(line => line.Contains(" public ", StringComparison.Ordinal))
        select (
            comment[CommentStart.Length..].TrimEnd('.'), Path.GetFileNameWithoutExtension(path),
            test[..test.IndexOf('(', StringComparison.Ordinal)].Split(' ')[^1]);
}
