using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Coordination;

/// <summary>How a call gets a body that did not fit the datagram of a reply.</summary>
internal sealed class CallBodyTests
{
    [Test]
    public void A_body_is_fetched_from_the_next_replica_if_the_first_one_lies()
    {
        var script = WithLeader();
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
    public void A_missing_body_is_fetched_again_after_a_pause_and_from_a_late_replica_at_once()
    {
        var script = WithLeader();
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

    // The replicas have forgotten the reply, and the repeated request was ordered again.
    [TestCase(true)]
    [TestCase(false)]
    public void A_read_whose_body_is_gone_is_answered_by_two_equal_replies_with_another_number(bool isKnownBefore)
    {
        var script = WithLeader();
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

    // Bug: a call returns to a number whose body is gone.
    [Test]
    public void A_call_does_not_return_to_a_number_whose_body_was_gone()
    {
        var script = WithLeader();
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
    public void The_number_of_an_answered_call_stays_decided()
    {
        var script = WithLeader();
        var request = CallOfTwoDigests(script, opcode: 3);
        foreach (var (replica, body) in new[] { (0, null), (1, null), (0, new byte[] { 1 }) })
            script.Coordinator.OnBodyFetched(script.Wanted[replica], body, script.Now);
        script.Reply(3, request, result: 2, seq: 20);
        script.Reply(4, request, result: 2, seq: 20);
        script.Wait(script.Options.SilenceFirst);
        Assert.That((((Answered)script.Results[1]).Seq, script.Judgements.Single().Seq.Value),
            Is.EqualTo((script.Judgements.Single().Seq, 10)));
    }

    [Test]
    public void A_write_keeps_its_number_even_if_its_body_is_gone()
    {
        var script = WithLeader();
        var request = CallOfTwoDigests(script);
        script.Coordinator.OnBodyFetched(script.Wanted[0], null, script.Now);
        script.Coordinator.OnBodyFetched(script.Wanted[1], null, script.Now);
        script.Reply(3, request, result: 2, seq: 20);
        script.Reply(4, request, result: 2, seq: 20);
        Assert.That(script.Results, Is.Empty);
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_body_that_comes_with_a_repeated_reply_is_accepted(byte replica)
    {
        var script = WithLeader();
        var request = CallOfTwoDigests(script);
        script.Reply(replica, request);
        Assert.That((script.Results[1] as Answered)?.Reply.ToArray(), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public void A_body_that_comes_with_a_repeated_reply_before_the_majority_is_kept()
    {
        var script = WithLeader();
        var request = script.Call(1);
        script.Reply(1, request, hasBody: false);
        script.Reply(1, request);
        script.Reply(2, request, hasBody: false);
        Assert.That((script.Results[1] as Answered)?.Reply.ToArray(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(script.Wanted, Is.Empty);
    }

    [Test]
    public void A_body_in_a_repeated_reply_that_does_not_match_is_not_accepted()
    {
        var script = WithLeader();
        var request = CallOfTwoDigests(script);
        script.Receive(NodeId.Replica(1), Epoch.Of(1, 1), new ReplyMessage(
            request.Key, new SequenceNumber(10), new Incarnation(1), new SequenceNumber(10), 1, request.Digest, Digest.Of([1]),
            new byte[] { 99 }, true));
        Assert.That(script.Results, Is.Empty);
    }

    /// <summary>A call to which two replicas have replied with equal digests, but without the body.</summary>
    private static Request CallOfTwoDigests(CoordinatorScript script, byte opcode = 1)
    {
        var request = script.Call(1, opcode: opcode);
        script.Reply(1, request, hasBody: false);
        script.Reply(2, request, hasBody: false);
        return request;
    }

    private static CoordinatorScript WithLeader()
    {
        var script = new CoordinatorScript();
        script.Sync();
        return script;
    }
}
