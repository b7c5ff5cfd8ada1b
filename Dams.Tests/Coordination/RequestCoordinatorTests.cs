using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Coordination;

/// <summary>How calls end, how replicas are judged, and how requests are repeated.</summary>
internal sealed class RequestCoordinatorTests
{
    private static readonly TimeSpan s_deadline = new CoordinatorOptions().CallDeadline;

    [Test]
    public void Two_equal_replies_answer_a_call()
    {
        var script = WithLeader();
        var request = script.Call(1);
        script.Reply(1, request);
        Assert.That(script.Results, Is.Empty);
        script.Reply(2, request);
        Assert.That(script.Results[1], Is.InstanceOf<Answered>().With.Property(nameof(Answered.Seq)).EqualTo(new SequenceNumber(10)));
    }

    [Test]
    public void A_call_that_no_sequencer_takes_ends_as_unavailable()
    {
        var script = WithLeader();
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
        var script = WithLeader();
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
        var script = WithLeader();
        var request = script.Call(1);
        for (var i = 0; i < 100; i++)
        {
            script.Ack(request, ReqAckStatus.Busy, 20);
            script.Wait(s_deadline / 100);
        }

        Assert.That(script.Results[1], Is.EqualTo(new Failed(CallFailure.Overloaded)));
    }

    [Test]
    public void Calls_beyond_the_bound_are_rejected_at_once_and_never_sent()
    {
        var script = WithLeader(new CoordinatorOptions { CallsMax = 1 });
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

    // Bug: "all different" reported as fine.
    [Test]
    public void Four_different_replies_are_a_divergence()
    {
        var script = WithLeader();
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
            new ViewMember(1, new Incarnation(1), SequenceNumber.Zero, SequenceNumber.Zero),
            new ViewMember(2, new Incarnation(2), SequenceNumber.Zero, SequenceNumber.Zero),
            new ViewMember(3, new Incarnation(3), null, new SequenceNumber(80)),
            new ViewMember(4, new Incarnation(4), new SequenceNumber(90), new SequenceNumber(80)),
        ]);
        var script = new CoordinatorScript(view: view);
        script.Sync();
        var request = script.Call(1);
        script.Reply(1, request, seq: 95);
        script.Reply(2, request, seq: 95, incarnation: 99);
        script.Reply(3, request, seq: 95);
        script.Reply(4, request, seq: 95, at: 89);
        Assert.That(script.Results, Is.Empty, "of a former incarnation, without a vote, and sent before the ACTIVATE");
        script.Reply(4, request, seq: 95);
        Assert.That(script.Results[1], Is.InstanceOf<Answered>());
    }

    [Test]
    public void An_uncommitted_view_has_no_effect()
    {
        var script = WithLeader();
        script.View = new View(new SequenceNumber(200), CoordinatorScript.ViewOf(1, 2).Members);
        script.Sync(committed: 150);
        Assert.That(script.Coordinator.View.Members, Has.Count.EqualTo(4));
        script.Sync(committed: 200);
        Assert.That(script.Coordinator.View.Members, Has.Count.EqualTo(2));
    }

    // Bug: votes split by a view change.
    [Test]
    public void Replies_for_different_numbers_are_not_added_up()
    {
        var script = WithLeader();
        var request = script.Call(1);
        script.Reply(1, request, seq: 10);
        script.Reply(2, request, seq: 11);
        Assert.That(script.Results, Is.Empty);
        script.Reply(1, request, seq: 11);
        Assert.That((script.Results[1] as Answered)?.Seq.Value, Is.EqualTo(11));
    }

    // Bug: votes shared between requests.
    [Test]
    public void Replies_to_one_request_do_not_count_for_another()
    {
        var script = WithLeader();
        var (one, other) = (script.Call(1), script.Call(2, payload: 2));
        script.Reply(1, one);
        script.Reply(2, other, seq: 11);
        script.Reply(3, one with { Digest = other.Digest });
        Assert.That(script.Results, Is.Empty);
    }

    [Test]
    public void A_repeat_of_a_running_call_waits_for_the_same_answer()
    {
        var script = WithLeader();
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
    public void A_late_replica_is_silent_and_one_that_differs_is_wrong()
    {
        var script = WithLeader();
        var request = script.Call(1);
        script.Reply(1, request);
        script.Reply(2, request, result: 2);
        script.Reply(3, request);
        Assert.That(script.Judgements, Is.Empty, "the fourth reply may still come");
        script.Wait(script.Options.SilenceFirst);
        Assert.That(script.Judgements.Single().Replicas.Select(judged => (judged.Replica, judged.Verdict)), Is.EqualTo(new (byte, Verdict)[]
        {
            (1, Verdict.Right), (2, Verdict.Wrong), (3, Verdict.Right), (4, Verdict.Silent),
        }));
    }

    [Test]
    public void A_slow_failover_makes_nobody_silent()
    {
        var script = WithLeader();
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
    public void Retries_have_growing_pauses_and_try_all_sequencers_when_none_is_heard()
    {
        var script = WithLeader();
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

    // Bug: retries in step after a failover.
    [Test]
    public void After_a_failover_retries_are_spread_over_time()
    {
        var script = WithLeader();
        for (byte i = 1; i <= 50; i++)
            script.Call(i, payload: i);
        script.Wait(TimeSpan.FromMilliseconds(50));
        var before = script.Requests.Count();
        script.Sync(counter: 2, sequencer: 2);
        var began = script.Now;
        script.Wait(script.Options.RetryMin / 2);
        var repeats = script.Requests.Skip(before).ToList();
        Assert.That(repeats, Has.Count.GreaterThanOrEqualTo(50), "every unanswered request is repeated");
        Assert.That(repeats.Select(request => request.To), Is.All.EqualTo(NodeId.Sequencer(2)));
        Assert.That(repeats.Select(request => request.At).Distinct().Count(), Is.GreaterThan(40), "they are spread over time");
        Assert.That(repeats.Max(request => request.At) - began, Is.GreaterThan(script.Options.RetryMin / 4));
    }

    [Test]
    public void A_late_SYNC_of_an_older_epoch_is_ignored()
    {
        var script = WithLeader();
        script.Sync(counter: 2, sequencer: 2);
        script.Sync(counter: 1, sequencer: 1);
        Assert.That((script.Coordinator.Sequencer, script.Coordinator.Epoch), Is.EqualTo(((byte)2, Epoch.Of(2, 2))));
    }

    [Test]
    public void Each_request_names_the_lowest_number_that_may_still_be_repeated()
    {
        var script = WithLeader();
        var (one, two) = (script.Call(1), script.Call(2, payload: 2));
        Assert.That((one.LowestOutstanding, two.LowestOutstanding), Is.EqualTo((1UL, 1UL)));
        script.Reply(1, one);
        script.Reply(2, one);
        Assert.That(script.Call(3, payload: 3).LowestOutstanding, Is.EqualTo(2));
    }

    private static CoordinatorScript WithLeader(CoordinatorOptions? options = null)
    {
        var script = new CoordinatorScript(options);
        script.Sync();
        return script;
    }
}
