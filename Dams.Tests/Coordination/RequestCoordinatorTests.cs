using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;
using NUnit.Framework;

namespace Dams.Tests.Coordination;

/// <summary>How calls end, who is judged, and what is repeated.</summary>
internal sealed class RequestCoordinatorTests
{
    private static readonly TimeSpan s_deadline = new CoordinatorOptions().CallDeadline;

    [Test]
    public void Two_equal_replies_answer_a_call()
    {
        var script = Reigned();
        var request = script.Call(1);
        script.Reply(1, request);
        Assert.That(script.Results, Is.Empty);
        script.Reply(2, request);
        Assert.That(script.Results[1], Is.InstanceOf<Answered>().With.Property(nameof(Answered.Seq)).EqualTo(new SequenceNumber(10)));
    }

    [Test]
    public void A_call_that_no_sequencer_takes_ends_as_unavailable()
    {
        var script = Reigned();
        script.Call(1);
        script.Wait(s_deadline - TimeSpan.FromMilliseconds(1));
        Assert.That(script.Results, Is.Empty, "not before the deadline");
        script.Wait(TimeSpan.FromMilliseconds(1));
        Assert.That(script.Results[1], Is.EqualTo(new Failed(CallFailure.SequencerUnavailable)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_call_that_is_ordered_and_not_answered_by_two_ends_without_a_quorum(bool hasReply)
    {
        var script = Reigned();
        var request = script.Call(1);
        if (hasReply)
            script.Reply(1, request);
        else
            script.Ack(request, ReqAckStatus.Ordered);
        script.Wait(s_deadline);
        Assert.That(script.Results[1], Is.EqualTo(new Failed(CallFailure.NoQuorum)));
        Assert.That(script.Judgements, Is.Empty, "without a majority nobody is accused");
    }

    [Test]
    public void A_call_that_is_put_off_until_its_deadline_ends_as_overloaded()
    {
        var script = Reigned();
        var request = script.Call(1);
        for (var i = 0; i < 100; i++)
        {
            script.Ack(request, ReqAckStatus.Busy, 20);
            script.Wait(s_deadline / 100);
        }

        Assert.That(script.Results[1], Is.EqualTo(new Failed(CallFailure.Overloaded)));
    }

    [Test]
    public void More_calls_than_fit_are_refused_at_once_and_never_sent()
    {
        var script = Reigned(new CoordinatorOptions { CallsMax = 1 });
        var request = script.Call(1);
        Assert.That(script.Call(2, payload: 2), Is.Null);
        Assert.That(script.Results[2], Is.EqualTo(new Failed(CallFailure.OverloadedHere)));
        script.Reply(1, request);
        script.Reply(2, request);
        Assert.That(script.Call(3, payload: 3), Is.Not.Null, "an answered call makes room, judged or not");
    }

    [Test]
    public void With_one_active_replica_no_call_is_sent()
    {
        var script = new CoordinatorScript(view: CoordinatorScript.ViewOf(3));
        script.Sync();
        Assert.That(script.Call(1), Is.Null);
        Assert.That(script.Results[1], Is.EqualTo(new Failed(CallFailure.InsufficientReplicas)));
    }

    [Test]
    public void All_different_is_divergence_and_not_fine()
    {
        var script = Reigned();
        var request = script.Call(1);
        for (byte id = 1; id <= 4; id++)
        {
            Assert.That(script.Results, Is.Empty);
            script.Reply(id, request, result: id);
        }

        Assert.That(script.Results[1], Is.EqualTo(new Failed(CallFailure.ReplicaDivergence)));
        Assert.That(script.Judgements, Is.Empty, "nobody knows who is right");
    }

    [Test]
    public void A_reply_of_an_inactive_incarnation_never_counts()
    {
        var view = new View(new SequenceNumber(90),
        [
            new ViewMember(1, new Incarnation(1), SequenceNumber.Zero, SequenceNumber.Zero), new ViewMember(2, new Incarnation(2), SequenceNumber.Zero, SequenceNumber.Zero),
            new ViewMember(3, new Incarnation(3), null, new SequenceNumber(80)), new ViewMember(4, new Incarnation(4), new SequenceNumber(90), new SequenceNumber(80)),
        ]);
        var script = new CoordinatorScript(view: view);
        script.Sync();
        var request = script.Call(1);
        script.Reply(1, request, seq: 95);
        script.Reply(2, request, seq: 95, incarnation: 99);
        script.Reply(3, request, seq: 95);
        script.Reply(4, request, seq: 95, at: 89);
        Assert.That(script.Results, Is.Empty, "of a former life, without a vote, sent before its ACTIVATE");
        script.Reply(4, request, seq: 95);
        Assert.That(script.Results[1], Is.InstanceOf<Answered>());
    }

    [Test]
    public void An_uncommitted_view_makes_nobody_active()
    {
        var script = Reigned();
        script.View = new View(new SequenceNumber(200), CoordinatorScript.ViewOf(1, 2).Members);
        script.Sync(committed: 150);
        Assert.That(script.Coordinator.View.Members, Has.Count.EqualTo(4));
        script.Sync(committed: 200);
        Assert.That(script.Coordinator.View.Members, Has.Count.EqualTo(2));
    }

    [Test]
    public void Replies_for_different_numbers_are_not_added_up()
    {
        var script = Reigned();
        var request = script.Call(1);
        script.Reply(1, request, seq: 10);
        script.Reply(2, request, seq: 11);
        Assert.That(script.Results, Is.Empty);
        script.Reply(1, request, seq: 11);
        Assert.That((script.Results[1] as Answered)?.Seq.Value, Is.EqualTo(11));
    }

    [Test]
    public void Replies_to_one_request_say_nothing_about_another()
    {
        var script = Reigned();
        var (one, other) = (script.Call(1), script.Call(2, payload: 2));
        script.Reply(1, one);
        script.Reply(2, other, seq: 11);
        script.Reply(3, one with { Digest = other.Digest });
        Assert.That(script.Results, Is.Empty);
    }

    [Test]
    public void A_repeat_of_a_running_call_waits_for_the_same_answer()
    {
        var script = Reigned();
        var key = new RequestKey(0, 5, 5);
        var request = script.Call(1, key);
        Assert.That(script.Call(2, key), Is.Null, "it is under way");
        Assert.That(script.Call(3, key, payload: 9), Is.Not.Null, "the same id for something else is another request");
        script.Reply(1, request);
        script.Reply(2, request);
        Assert.That(script.Results.Keys, Is.EquivalentTo(new[] { 1, 2 }));
        script.Call(4, key);
        Assert.That(script.Results[4], Is.EqualTo(script.Results[1]).Using<Answered>((left, right) => left.Seq == right.Seq));
    }

    [Test]
    public void Who_is_late_is_silent_and_who_differs_is_wrong()
    {
        var script = Reigned();
        var request = script.Call(1);
        script.Reply(1, request);
        script.Reply(2, request, result: 2);
        script.Reply(3, request);
        Assert.That(script.Judgements, Is.Empty, "the fourth may come");
        script.Wait(script.Options.SilenceFirst);
        Assert.That(script.Judgements.Single().Replicas.Select(judged => (judged.Replica, judged.Verdict)), Is.EqualTo(new (byte, Verdict)[] { (1, Verdict.Right), (2, Verdict.Wrong), (3, Verdict.Right), (4, Verdict.Silent) }));
    }

    [Test]
    public void A_slow_fail_over_makes_nobody_silent()
    {
        var script = Reigned();
        var request = script.Call(1);
        script.Wait(s_deadline * 0.9);
        for (byte id = 1; id <= 4; id++)
        {
            script.Reply(id, request);
            script.Wait(TimeSpan.FromMilliseconds(50));
        }

        Assert.That(script.Judgements.Single().Replicas.Select(judged => judged.Verdict), Is.All.EqualTo(Verdict.Right));
    }

    [Test]
    public void A_body_that_did_not_fit_is_fetched_and_from_the_next_replica_if_the_first_lies()
    {
        var script = Reigned();
        CallOfTwoDigests(script);
        Assert.That((script.Results.Count, script.Wanted.Single().Replica), Is.EqualTo((0, (byte)1)));
        script.Coordinator.OnBodyFetched(script.Wanted[0], new byte[] { 99 }, script.Now);
        Assert.That(script.Wanted[1].Replica, Is.EqualTo(2));
        script.Coordinator.OnBodyFetched(script.Wanted[1], new byte[] { 1 }, script.Now);
        Assert.That(script.Results[1], Is.InstanceOf<Answered>());
        script.Wait(script.Options.SilenceFirst);
        Assert.That(script.Judgements.Single().Replicas[0], Is.EqualTo(new JudgedReplica(1, new Incarnation(1), Verdict.Wrong)));
    }

    [Test]
    public void A_body_that_nobody_has_is_asked_for_again_after_a_pause_and_of_a_newcomer_at_once()
    {
        var script = Reigned();
        var request = CallOfTwoDigests(script);
        script.Coordinator.OnBodyFetched(script.Wanted[0], null, script.Now);
        script.Coordinator.OnBodyFetched(script.Wanted[1], null, script.Now);
        script.Wait(script.Options.BodyRetry - TimeSpan.FromMilliseconds(1));
        Assert.That(script.Wanted.Select(wanted => wanted.Replica), Is.EqualTo(new byte[] { 1, 2 }));
        script.Reply(3, request, hasBody: false);
        Assert.That(script.Wanted.Select(wanted => wanted.Replica), Is.EqualTo(new byte[] { 1, 2, 3 }));
        script.Coordinator.OnBodyFetched(script.Wanted[2], null, script.Now);
        script.Wait(script.Options.BodyRetry);
        Assert.That(script.Wanted.Select(wanted => wanted.Replica), Is.EqualTo(new byte[] { 1, 2, 3, 1 }));
        script.Coordinator.OnBodyFetched(script.Wanted[3], new byte[] { 1 }, script.Now);
        Assert.That(script.Results[1], Is.InstanceOf<Answered>());
    }

    // The replicas have forgotten its reply, and its repeat was ordered anew.
    [TestCase(true)]
    [TestCase(false)]
    public void A_read_whose_body_is_gone_is_answered_by_what_two_say_under_another_number(bool isKnownBefore)
    {
        var script = Reigned();
        var request = CallOfTwoDigests(script, opcode: 3);
        if (isKnownBefore)
            ReplyAgain();
        script.Coordinator.OnBodyFetched(script.Wanted[0], null, script.Now);
        script.Coordinator.OnBodyFetched(script.Wanted[1], null, script.Now);
        if (!isKnownBefore)
            ReplyAgain();
        Assert.That(script.Results[1], Is.EqualTo(new Answered(new SequenceNumber(20), new byte[] { 2 })).Using<CallResult>(IsEqual));

        void ReplyAgain()
        {
            script.Reply(3, request, result: 2, seq: 20);
            script.Reply(4, request, result: 2, seq: 20);
        }

        static bool IsEqual(CallResult one, CallResult other) =>
            one is Answered left && other is Answered right && left.Seq == right.Seq && left.Reply.Span.SequenceEqual(right.Reply.Span);
    }

    // Bug: from one number whose body is gone to another and back.
    [Test]
    public void A_number_whose_body_was_gone_is_not_gone_back_to()
    {
        var script = Reigned();
        var request = script.Call(1, opcode: 3);
        foreach (var seq in new[] { 20, 30, 40 })
        {
            script.Reply(1, request, seq: seq, hasBody: false);
            script.Reply(2, request, seq: seq, hasBody: false);
        }

        for (var i = 0; i < 2; i++)
            script.Coordinator.OnBodyFetched(script.Wanted[i], null, script.Now);
        Assert.That(script.Wanted.Select(wanted => wanted.Seq.Value), Is.EqualTo(new[] { 20, 20, 40 }));
        for (var i = 2; i < 4; i++)
            script.Coordinator.OnBodyFetched(script.Wanted[i], null, script.Now);
        script.Wait(script.Options.BodyRetry);
        Assert.That(script.Wanted.Skip(2).Select(wanted => wanted.Seq.Value), Is.EqualTo(new[] { 40, 40, 40 }));
    }

    [Test]
    public void What_a_call_was_answered_with_stays_decided()
    {
        var script = Reigned();
        var request = CallOfTwoDigests(script, opcode: 3);
        foreach (var (replica, body) in new[] { (0, null), (1, null), (0, new byte[] { 1 }) })
            script.Coordinator.OnBodyFetched(script.Wanted[replica], body, script.Now);
        script.Reply(3, request, result: 2, seq: 20);
        script.Reply(4, request, result: 2, seq: 20);
        script.Wait(script.Options.SilenceFirst);
        Assert.That((((Answered)script.Results[1]).Seq, script.Judgements.Single().Seq.Value), Is.EqualTo((script.Judgements.Single().Seq, 10)));
    }

    [Test]
    public void A_write_has_one_number_whoever_has_its_body()
    {
        var script = Reigned();
        var request = CallOfTwoDigests(script);
        script.Coordinator.OnBodyFetched(script.Wanted[0], null, script.Now);
        script.Coordinator.OnBodyFetched(script.Wanted[1], null, script.Now);
        script.Reply(3, request, result: 2, seq: 20);
        script.Reply(4, request, result: 2, seq: 20);
        Assert.That(script.Results, Is.Empty);
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_body_that_comes_only_when_a_reply_is_sent_again_is_taken(byte replica)
    {
        var script = Reigned();
        var request = CallOfTwoDigests(script);
        script.Reply(replica, request);
        Assert.That((script.Results[1] as Answered)?.Reply.ToArray(), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public void A_body_that_came_again_before_the_majority_is_kept_for_it()
    {
        var script = Reigned();
        var request = script.Call(1);
        script.Reply(1, request, hasBody: false);
        script.Reply(1, request);
        script.Reply(2, request, hasBody: false);
        Assert.That((script.Results[1] as Answered)?.Reply.ToArray(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(script.Wanted, Is.Empty);
    }

    [Test]
    public void A_body_that_comes_again_and_does_not_match_is_a_lie()
    {
        var script = Reigned();
        var request = CallOfTwoDigests(script);
        script.Receive(NodeId.Replica(1), Epoch.Of(1, 1), new ReplyMessage(request.Key, new SequenceNumber(10), new Incarnation(1), new SequenceNumber(10), 1,
            request.Digest, Digest.Of([1]), new byte[] { 99 }, true));
        Assert.That(script.Results, Is.Empty);
    }

    [Test]
    public void Repeats_of_a_request_have_growing_pauses_and_try_the_sequencers_in_turn_when_none_is_heard()
    {
        var script = Reigned();
        script.Wait(TimeSpan.FromSeconds(1));
        script.Call(1);
        script.Wait(TimeSpan.FromSeconds(5));
        var sent = script.Requests.ToList();
        var pauses = sent.Zip(sent.Skip(1), (left, right) => right.At - left.At).ToList();
        Assert.That(pauses[0], Is.InRange(script.Options.RetryMin, script.Options.RetryMin * 1.25));
        Assert.That(pauses[1], Is.InRange(script.Options.RetryMin * 2, script.Options.RetryMin * 2.5));
        Assert.That(pauses, Is.All.LessThanOrEqualTo(script.Options.RetryMax * 1.25));
        Assert.That(sent.Select(request => request.To).Distinct(), Is.EquivalentTo(new[] { NodeId.Sequencer(1), NodeId.Sequencer(2) }));
    }

    [Test]
    public void After_a_fail_over_the_repeats_do_not_come_in_step()
    {
        var script = Reigned();
        for (byte i = 1; i <= 50; i++)
            script.Call(i, payload: i);
        script.Wait(TimeSpan.FromMilliseconds(50));
        var before = script.Requests.Count();
        script.Sync(counter: 2, sequencer: 2);
        var began = script.Now;
        script.Wait(script.Options.RetryMin / 2);
        var repeats = script.Requests.Skip(before).ToList();
        Assert.That(repeats, Has.Count.GreaterThanOrEqualTo(50), "everything unanswered is repeated");
        Assert.That(repeats.Select(request => request.To), Is.All.EqualTo(NodeId.Sequencer(2)));
        Assert.That(repeats.Select(request => request.At).Distinct().Count(), Is.GreaterThan(40), "spread");
        Assert.That(repeats.Max(request => request.At) - began, Is.GreaterThan(script.Options.RetryMin / 4));
    }

    [Test]
    public void A_late_SYNC_of_an_older_epoch_leads_nobody_back()
    {
        var script = Reigned();
        script.Sync(counter: 2, sequencer: 2);
        script.Sync(counter: 1, sequencer: 1);
        Assert.That((script.Coordinator.Sequencer, script.Coordinator.Epoch), Is.EqualTo(((byte)2, Epoch.Of(2, 2))));
    }

    [Test]
    public void What_may_still_be_repeated_is_told_with_each_request()
    {
        var script = Reigned();
        var (one, two) = (script.Call(1), script.Call(2, payload: 2));
        Assert.That((one.LowestOutstanding, two.LowestOutstanding), Is.EqualTo((1UL, 1UL)));
        script.Reply(1, one);
        script.Reply(2, one);
        Assert.That(script.Call(3, payload: 3).LowestOutstanding, Is.EqualTo(2));
    }

    /// <summary>A call whose result two agree on, without having sent it.</summary>
    private static Request CallOfTwoDigests(CoordinatorScript script, byte opcode = 1)
    {
        var request = script.Call(1, opcode: opcode);
        script.Reply(1, request, hasBody: false);
        script.Reply(2, request, hasBody: false);
        return request;
    }

    private static CoordinatorScript Reigned(CoordinatorOptions? options = null)
    {
        var script = new CoordinatorScript(options);
        script.Sync();
        return script;
    }
}
