using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Coordination;

/// <summary>The vote on the replies to a request under one number.</summary>
internal sealed class ReplyVoterTests
{
    private static readonly byte[] s_right = [1, 2, 3];
    private static readonly byte[] s_wrong = [9];
    private static readonly Digest s_asked = Digest.Of([7]);
    private static readonly Instant s_now = new(1000, 0);

    [Test]
    public void Two_equal_replies_of_four_are_the_answer()
    {
        var voter = Voter();
        Assert.That(voter.OnReply(1, Of(s_right), s_now), Is.False);
        Assert.That(voter.OnReply(2, Of(s_wrong), s_now), Is.False);
        Assert.That(voter.VerdictOn(2), Is.EqualTo(Verdict.Unjudged));
        Assert.That(voter.OnReply(3, Of(s_right), s_now), Is.True);
        Assert.That(voter.Result!.Value.ToArray(), Is.EqualTo(s_right));
        Assert.That(voter.OnReply(4, Of(s_right), s_now), Is.False, "the majority forms only once");
        Assert.That(new byte[] { 1, 2, 3, 4, 5 }.Select(voter.VerdictOn),
            Is.EqualTo(new[] { Verdict.Right, Verdict.Wrong, Verdict.Right, Verdict.Right, Verdict.Waiting }));
    }

    [Test]
    public void Two_equal_replies_of_one_replica_count_once()
    {
        var voter = Voter();
        voter.OnReply(1, Of(s_right), s_now);
        Assert.That(voter.OnReply(1, Of(s_right), s_now), Is.False);
        Assert.That((voter.Majority, voter.Replies, voter.MostEqual), Is.EqualTo(((Digest?)null, 1, 1)));
    }

    // Bug: votes on text or on success only.
    [Test]
    public void Replies_are_compared_by_digest_and_not_by_version_or_body()
    {
        var voter = Voter();
        voter.OnReply(1, Of(s_right, engine: 1, withBody: false), s_now);
        Assert.That(voter.OnReply(2, Of(s_right, engine: 2, at: 50, withBody: false), s_now), Is.True);
        Assert.That(voter.Result, Is.Null, "the answer is known, but its bytes are not");
        voter.OnReply(3, Of(s_right, engine: 3), s_now);
        Assert.That(voter.Result!.Value.ToArray(), Is.EqualTo(s_right));
    }

    [Test]
    public void The_body_of_the_first_reply_is_kept()
    {
        var voter = Voter();
        voter.OnReply(1, Of(s_right), s_now);
        voter.OnReply(2, Of(s_right, withBody: false), s_now);
        Assert.That(voter.Result!.Value.ToArray(), Is.EqualTo(s_right));
    }

    [Test]
    public void A_wrong_first_reply_decides_nothing()
    {
        var voter = Voter();
        voter.OnReply(1, Of(s_wrong), s_now);
        voter.OnReply(2, Of(s_right), s_now);
        Assert.That(voter.Majority, Is.Null);
        voter.OnReply(3, Of(s_right), s_now);
        Assert.That((voter.Majority, voter.VerdictOn(1)), Is.EqualTo(((Digest?)Digest.Of(s_right), Verdict.Wrong)));
    }

    // Bug: first pair is the wrong pair.
    // With at most one wrong replica there is only one pair. If there are two, the first may be the wrong one, so it must not bring strikes
    // to the others.
    [Test]
    public void No_replica_is_judged_by_the_first_pair_when_there_is_a_second()
    {
        var voter = Voter();
        voter.OnReply(1, Of(s_wrong), s_now);
        voter.OnReply(2, Of(s_wrong), s_now);
        voter.OnReply(3, Of(s_right), s_now);
        Assert.That((voter.HasRival, voter.VerdictOn(3)), Is.EqualTo((false, Verdict.Wrong)), "a single reply is no rival");
        voter.OnReply(4, Of(s_right), s_now);
        Assert.That(voter.HasRival, Is.True);
        Assert.That(new byte[] { 1, 2, 3, 4 }.Select(voter.VerdictOn), Is.All.EqualTo(Verdict.Unjudged));
    }

    [Test]
    public void The_spread_is_the_time_from_the_second_right_reply_to_the_last()
    {
        var voter = Voter();
        voter.OnReply(1, Of(s_right), s_now);
        voter.OnReply(2, Of(s_right), s_now + TimeSpan.FromSeconds(1));
        Assert.That(voter.Spread, Is.Null);
        voter.OnReply(3, Of(s_right), s_now + TimeSpan.FromSeconds(3));
        voter.OnReply(4, Of(s_wrong), s_now + TimeSpan.FromSeconds(9));
        Assert.That(voter.Spread, Is.EqualTo(TimeSpan.FromSeconds(2)));
    }

    [Test]
    public void A_replica_that_contradicts_itself_is_wrong()
    {
        var voter = Voter();
        voter.OnReply(1, Of(s_right), s_now);
        voter.OnReply(1, Of(s_wrong), s_now);
        Assert.That(voter.OnReply(2, Of(s_right), s_now), Is.False, "a replica that contradicts itself does not count");
        Assert.That(voter.OnReply(3, Of(s_right), s_now), Is.True);
        voter.OnReply(3, Of(s_wrong), s_now);
        Assert.That(new byte[] { 1, 2, 3 }.Select(voter.VerdictOn), Is.EqualTo(new[] { Verdict.Wrong, Verdict.Right, Verdict.Wrong }));
        Assert.That(voter.MajorityReplicas(), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public void A_reply_whose_body_does_not_match_its_digest_is_wrong()
    {
        var voter = Voter();
        voter.OnReply(1, Of(s_right) with { Result = s_wrong }, s_now);
        Assert.That(voter.OnReply(2, Of(s_right), s_now), Is.False);
        Assert.That(voter.OnReply(3, Of(s_right), s_now), Is.True);
        Assert.That(voter.Result!.Value.ToArray(), Is.EqualTo(s_right));
        Assert.That(voter.VerdictOn(1), Is.EqualTo(Verdict.Wrong));
    }

    [Test]
    public void A_fetched_body_that_does_not_match_makes_its_replica_wrong()
    {
        var voter = Voter();
        voter.OnReply(1, Of(s_right, withBody: false), s_now);
        voter.OnReply(2, Of(s_right, withBody: false), s_now);
        Assert.That(voter.OnBodyFetched(1, s_wrong), Is.False);
        Assert.That((voter.VerdictOn(1), voter.Result), Is.EqualTo((Verdict.Wrong, (ReadOnlyMemory<byte>?)null)));
        Assert.That(voter.MajorityReplicas(), Is.EqualTo(new byte[] { 2 }));
        Assert.That(voter.OnBodyFetched(2, s_right), Is.True);
        Assert.That(voter.Result!.Value.ToArray(), Is.EqualTo(s_right));
    }

    [Test]
    public void A_vote_is_on_one_number_of_one_request()
    {
        Assert.That(() => Voter().OnReply(1, Of(s_right) with { Seq = new SequenceNumber(6) }, s_now), Throws.ArgumentException);
        Assert.That(() => Voter().OnReply(1, Of(s_right) with { RequestDigest = default }, s_now), Throws.ArgumentException);
    }

    private static ReplyVoter Voter() => new(new SequenceNumber(5), s_asked);

    private static ReplyMessage Of(byte[] result, byte engine = 1, long at = 5, bool withBody = true) => new(
        new RequestKey(1, 1, 1), new SequenceNumber(5), new Incarnation(1), new SequenceNumber(at), engine, s_asked, Digest.Of(result),
        withBody ? result : ReadOnlyMemory<byte>.Empty, withBody);
}
