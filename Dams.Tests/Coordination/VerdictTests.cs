using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Reports;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Tests.Mutation;
using static Dams.Tests.Coordination.CoordinatorScript;

namespace Dams.Tests.Coordination;

/// <summary>The replicas that a front end accuses of wrong replies, and the cases in which it accuses nobody.</summary>
internal sealed class VerdictTests
{
    [Test]
    public void The_third_wrong_reply_in_a_row_is_reported_with_its_numbers_and_front_end()
    {
        var script = WithLeader();
        script.Vote(10, 1, 1, 1, 9);
        script.Vote(11, 1, 1, 1, 9);
        Assert.That(script.Reports, Is.Empty);
        script.Vote(12, 1, 1, 1, 9);
        Assert.That(script.Reports,
            Is.EqualTo(new[] { new VerdictReport(4, Incarnation: 4, FrontEnd: 1, FrontEndBoot: 77, [10, 11, 12]) }));
    }

    [Test]
    public void A_continuing_run_is_reported_again_after_three_more_wrong_replies_and_a_pause()
    {
        var script = WithLeader();
        for (var seq = 10; seq < 20; seq++)
            script.Vote(seq, 1, 1, 1, 9);
        Assert.That(script.Reports, Has.Count.EqualTo(1), "there were three more, but no pause");
        script.Wait(script.Options.VerdictPause);
        script.Vote(20, 1, 1, 1, 9);
        Assert.That(Sequences(script.Reports[1]), Is.EqualTo(new[] { 13, 14, 15, 16, 17, 18, 19, 20 }));
        script.Wait(script.Options.VerdictPause);
        script.Vote(21, 1, 1, 1, 9);
        script.Vote(22, 1, 1, 1, 9);
        Assert.That(script.Reports, Has.Count.EqualTo(2), "there was a pause, but not three more");
    }

    [Test]
    public void A_replica_that_is_right_now_and_then_is_not_reported_more_often()
    {
        var script = WithLeader();
        for (var seq = 10; seq < 50; seq++)
            script.Vote(seq, 1, 1, 1, seq % 4 == 0 ? (byte)1 : (byte)9);
        Assert.That(script.Reports, Has.Count.EqualTo(1));
    }

    // Bug: strikes counted in arrival order.
    // Replica 4 is wrong at 10, right at 11, wrong at 12 and 13; the vote on 11 closes last, because replica 3 is slow there.
    [Test]
    [FailsWithout(nameof(VotingMutants.StrikesInArrivalOrder))]
    public void Strikes_are_counted_in_the_order_of_numbers()
    {
        var script = WithLeader();
        script.Vote(10, 1, 1, 1, 9);
        var slow = script.Vote(11, 1, 1, 0, 1);
        script.Vote(13, 1, 1, 1, 9);
        script.Vote(12, 1, 1, 1, 9);
        script.Reply(3, slow, seq: 11);
        Assert.That(script.Judgements.Select(judgement => judgement.Seq.Value), Is.EqualTo(new[] { 10, 13, 12, 11 }),
            "in the order in which the last replies came");
        Assert.That(script.Reports, Is.Empty, "there were never three in a row");
        script.Vote(14, 1, 1, 1, 9);
        Assert.That(script.Reports.Select(Sequences), Is.EqualTo(new[] { new[] { 12, 13, 14 } }));
    }

    // Bug: strikes never reset.
    [Test]
    [FailsWithout(nameof(VotingMutants.StrikesNeverReset))]
    public void A_right_reply_ends_a_run()
    {
        var script = WithLeader();
        foreach (var (seq, result) in new (long, byte)[] { (10, 9), (11, 9), (12, 1), (13, 9), (14, 9) })
            script.Vote(seq, 1, 1, 1, result);
        Assert.That(script.Reports, Is.Empty);
        script.Vote(15, 1, 1, 1, 9);
        Assert.That(script.Reports.Select(Sequences), Is.EqualTo(new[] { new[] { 13, 14, 15 } }));
    }

    // Bug: a missing reply is a strike.
    [Test]
    [FailsWithout(nameof(VotingMutants.MissingCountsAsWrong))]
    public void A_missing_reply_neither_counts_nor_resets()
    {
        var script = WithLeader();
        foreach (var (seq, result) in new (long, byte)[] { (10, 9), (11, 0), (12, 9), (13, 0) })
            script.Vote(seq, 1, 1, 1, result);
        script.Wait(script.Options.SilenceFirst);
        Assert.That(script.Judgements, Has.Count.EqualTo(4));
        Assert.That(script.Reports, Is.Empty);
        script.Vote(14, 1, 1, 1, 9);
        Assert.That(script.Reports.Select(Sequences), Is.EqualTo(new[] { new[] { 10, 12, 14 } }));
    }

    // Bug: everyone struck when there was a tie.
    [Test]
    [FailsWithout(nameof(VotingMutants.NoMajorityAccuses))]
    public void Two_pairs_accuse_nobody_and_raise_an_alarm()
    {
        var script = WithLeader();
        for (var seq = 10; seq < 13; seq++)
            script.Vote(seq, 1, 1, 9, 9);
        Assert.That((script.Judgements, script.Reports), Is.EqualTo((new List<Judgement>(), new List<Report>())));
        Assert.That(script.Coordinator.Statistics.Replicas.Values.Select(counters => counters.Wrong), Is.All.Zero);
        Assert.That(script.Alarms.Select(alarm => (alarm.Reason, alarm.IsAnswered, alarm.Seq.Value)),
            Is.EqualTo(new[] { 10L, 11, 12 }.Select(seq => (CallFailure.ReplicaDivergence, true, seq))),
            "the first pair was the answer before the second one came");
        Assert.That((script.Alarms[0].Replies.Count, script.Coordinator.Statistics.Divergences), Is.EqualTo((4, 3)));
    }

    [Test]
    [FailsWithout(nameof(VotingMutants.NoMajorityAccuses))]
    public void Different_replies_accuse_nobody_and_raise_an_alarm()
    {
        var script = WithLeader();
        for (var seq = 10; seq < 13; seq++)
            script.Vote(seq, 1, 2, 3, 4);
        Assert.That((script.Judgements.Count, script.Reports.Count, script.Alarms.Count, script.Coordinator.Statistics.Divergences),
            Is.EqualTo((0, 0, 3, 3)));
        Assert.That(script.Alarms[0], Has.Property(nameof(VoteAlarm.IsAnswered)).False);
        Assert.That(script.Results.Values, Is.All.EqualTo(new Failed(CallFailure.ReplicaDivergence)));
    }

    // Bug: everyone struck when there was no quorum.
    [Test]
    [FailsWithout(nameof(VotingMutants.NoMajorityAccuses))]
    public void No_replica_is_struck_or_suspected_without_a_quorum()
    {
        var script = WithLeader();
        for (var seq = 10; seq < 13; seq++)
            script.Vote(seq, 0, 0, 0, 9);
        script.WaitSteadily(script.Options.CallDeadline);
        Assert.That(script.Results.Values, Is.All.EqualTo(new Failed(CallFailure.NoQuorum)));
        Assert.That((script.Judgements.Count, script.Reports.Count), Is.EqualTo((0, 0)));
        Assert.That(script.Alarms.Select(alarm => alarm.Reason), Is.EqualTo(Enumerable.Repeat(CallFailure.NoQuorum, 3)));
        Assert.That(script.Coordinator.Statistics.NoQuorum, Is.EqualTo(3));
    }

    [Test]
    [FailsWithout(nameof(VotingMutants.InactiveReplyCounts))]
    public void A_reply_of_an_inactive_incarnation_has_no_vote()
    {
        var script = WithLeader();
        var request = script.Call(1);
        script.Reply(1, request);
        script.Reply(2, request, incarnation: 99);
        Assert.That(script.Results, Is.Empty);
    }

    [Test]
    [FailsWithout(nameof(VotingMutants.AnswerAtFirstReply))]
    public void One_reply_is_no_answer()
    {
        var script = WithLeader();
        script.Vote(10, 9, 0, 0, 0);
        Assert.That(script.Results, Is.Empty);
    }

    [Test]
    public void Two_different_replies_of_one_replica_are_a_strike()
    {
        var script = WithLeader();
        for (var seq = 10; seq < 13; seq++)
        {
            var request = script.Vote(seq, 0, 0, 0, 1);
            script.Reply(4, request, result: 9, seq: seq);
            for (byte id = 1; id <= 3; id++)
                script.Reply(id, request, seq: seq);
        }

        Assert.That(script.Reports.Select(Sequences), Is.EqualTo(new[] { new[] { 10, 11, 12 } }));
    }

    [Test]
    [FailsWithout(nameof(VotingMutants.PlacesAreShared))]
    public void A_replica_that_invents_numbers_crowds_nobody_out()
    {
        var script = WithLeader();
        for (var seq = 10; seq < 13; seq++)
        {
            var request = script.Vote(seq);
            for (var madeUp = 100; madeUp < 120; madeUp++)
                script.Reply(1, request, seq: madeUp);
            for (byte id = 2; id <= 4; id++)
                script.Reply(id, request, seq: seq);
            Assert.That(script.Results, Has.Count.EqualTo(seq - 9));
            Assert.That(script.Results.Values, Is.All.InstanceOf<Answered>());
        }

        script.Wait(script.Options.SilenceFirst);
        Assert.That(script.Reports.OfType<VerdictReport>().Select(Sequences), Is.EqualTo(new[] { new[] { 10, 11, 12 } }));
        Assert.That(script.Reports.OfType<SuspicionReport>(), Is.Empty, "it has replied");
    }

    // The network has kept a copy of the request until its front end was done with it. Every replica that executes the copy refuses it.
    // Only the refusal of replica 4 arrives.
    [Test]
    public void A_replica_that_refuses_a_late_copy_is_not_wrong()
    {
        var script = WithLeader();
        var request = script.Vote(10, 1, 1, 1, 0);
        var refusal = ReplyCodec.Encode(new RefusedReply(Refusal.SessionRetired));
        script.Receive(NodeId.Replica(4), Epoch.Of(1, 1), new ReplyMessage(
            request.Key, new SequenceNumber(22), new Incarnation(4), new SequenceNumber(22), 4, request.Digest, Digest.Of(refusal), refusal,
            true));
        script.Wait(script.Options.SilenceFirst);
        Assert.That(script.Judgements.Single().Replicas.Select(judged => judged.Verdict),
            Is.EqualTo(new[] { Verdict.Right, Verdict.Right, Verdict.Right, Verdict.Silent }));
    }

    [Test]
    public void A_reply_about_another_request_is_wrong()
    {
        var script = WithLeader();
        script.Vote(10, 0, 1, 1, 1);
        script.Wait(script.Options.SilenceFirst);
        var other = script.Vote(11);
        script.Reply(1, other with { Digest = Digest.Of([9]) }, seq: 11);
        for (byte id = 2; id <= 4; id++)
            script.Reply(id, other, seq: 11);
        script.Wait(script.Options.SilenceFirst);
        Assert.That(script.Judgements.Select(judgement => judgement.Replicas[0].Verdict),
            Is.EqualTo(new[] { Verdict.Silent, Verdict.Wrong }));
    }

    [Test]
    public void A_replica_whose_reply_to_a_second_execution_is_lost_is_silent_and_not_wrong()
    {
        var script = WithLeader();
        var request = script.Call(1);
        script.Reply(1, request, seq: 10, hasBody: false);
        script.Reply(2, request, result: 9, seq: 10, hasBody: false);
        for (byte id = 2; id <= 4; id++)
            script.Reply(id, request, seq: 12);
        script.Wait(script.Options.SilenceFirst);
        Assert.That(script.Judgements.Single().Replicas[0].Verdict, Is.EqualTo(Verdict.Silent));
    }

    // Bug: strikes of the dead fall on their successors.
    [Test]
    public void A_new_incarnation_begins_without_strikes()
    {
        var script = WithLeader();
        script.Vote(10, 1, 1, 1, 9);
        script.Vote(11, 1, 1, 1, 9);
        script.View = new View(new SequenceNumber(20),
            [.. ViewOf(1, 2, 3).Members, new ViewMember(4, new Incarnation(44), new SequenceNumber(20), new SequenceNumber(15))]);
        script.Sync();
        script.Vote(21, 1, 1, 1, 9);
        Assert.That(script.Reports, Is.Empty);
        script.Vote(22, 1, 1, 1, 9);
        script.Vote(23, 1, 1, 1, 9);
        Assert.That(script.Reports, Is.EqualTo(new[] { new VerdictReport(4, 44, 1, 77, [21, 22, 23]) }));
    }

    // Bug: a repeated call strikes again.
    [Test]
    public void A_wrong_reply_that_a_client_asks_for_again_is_one_strike()
    {
        var script = WithLeader();
        var key = new RequestKey(0, 5, 5);
        for (var i = 0; i < 3; i++)
        {
            var request = script.Call(i, key);
            for (byte id = 1; id <= 4; id++)
                script.Reply(id, request, id == 4 ? (byte)9 : (byte)1);
        }

        Assert.That((script.Judgements.Count, script.Reports.Count), Is.EqualTo((3, 0)));
    }

    [Test]
    public void An_undecided_lower_number_holds_up_the_count_only_until_the_silence_limit()
    {
        var script = WithLeader();
        script.Vote(9, 1, 0, 0, 0);
        for (var seq = 10; seq < 13; seq++)
            script.Vote(seq, 1, 1, 1, 9);
        Assert.That(script.Reports, Is.Empty);
        script.Wait(script.Options.SilenceFirst);
        script.Vote(13, 1, 1, 1, 1);
        Assert.That(script.Reports.Select(Sequences), Is.EqualTo(new[] { new[] { 10, 11, 12 } }));
    }

    [Test]
    public void A_lower_number_that_ends_without_a_majority_holds_nothing_up()
    {
        var script = WithLeader();
        script.Vote(9, 1, 0, 0, 0);
        script.Wait(script.Options.CallDeadline - TimeSpan.FromSeconds(1));
        for (var seq = 10; seq < 13; seq++)
            script.Vote(seq, 1, 1, 1, 9);
        script.Wait(TimeSpan.FromSeconds(1));
        Assert.That(script.Reports, Has.Count.EqualTo(1));
    }

    [Test]
    public void Judgements_beyond_the_bound_are_counted_without_waiting()
    {
        var script = WithLeader(new CoordinatorOptions { JudgementsHeldMax = 2 });
        script.Vote(9, 1, 0, 0, 0);
        for (var seq = 10; seq < 15; seq++)
            script.Vote(seq, 1, 1, 1, 9);
        Assert.That(script.Reports.Select(Sequences), Is.EqualTo(new[] { new[] { 10, 11, 12 } }), "the last two wait");
    }

    [Test]
    public void A_false_accusation_names_the_last_numbers_of_a_healthy_replica()
    {
        var script = WithLeader();
        Assert.That(script.Coordinator.OnFalseAccusation(2, script.Now), Is.False, "nothing has been judged yet");
        for (var seq = 10; seq < 15; seq++)
            script.Vote(seq, 1, 1, 1, 1);
        Assert.That(script.Coordinator.OnFalseAccusation(7, script.Now), Is.False, "there is no replica 7");
        Assert.That(script.Coordinator.OnFalseAccusation(2, script.Now), Is.True);
        Assert.That(script.Coordinator.OnFalseAccusation(2, script.Now), Is.False, "not again so soon");
        Assert.That(script.Reports, Is.EqualTo(new Report[]
        {
            new VerdictReport(2, 2, 1, 77, [12, 13, 14]), new SuspicionReport(2, 2, SuspicionCause.Silent, 14),
        }));
    }

    private static IReadOnlyList<long> Sequences(Report report) => ((VerdictReport)report).Sequences;

    private static CoordinatorScript WithLeader(CoordinatorOptions? options = null)
    {
        var script = new CoordinatorScript(options);
        script.Sync();
        return script;
    }
}
