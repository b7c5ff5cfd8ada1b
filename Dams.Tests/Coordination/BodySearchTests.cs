using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Coordination;

/// <summary>Which replica is asked for a body, and when.</summary>
internal sealed class BodySearchTests
{
    private static readonly Instant s_now = new(0, 0);
    private static readonly Instant s_soon = new(100, 0);
    private static readonly Instant s_later = new(200, 0);

    [Test]
    public void Each_replica_of_the_majority_is_asked_once_before_the_first_is_asked_again()
    {
        var (search, vote) = (new BodySearch(), VoteOf(2, 4));
        Assert.That((search.AskNext(vote, s_soon), search.HasNext(vote)), Is.EqualTo(((byte?)2, true)));
        Assert.That((search.AskNext(vote, s_soon), search.HasNext(vote)), Is.EqualTo(((byte?)4, false)));
        Assert.That(search.AskNext(vote, s_later), Is.EqualTo(2));
        Assert.That((search.State, search.NextDeadline), Is.EqualTo((BodySearchState.Asking, s_later)));
    }

    [Test]
    public void A_search_in_vain_goes_on_at_once_only_with_another_replica()
    {
        var (search, vote) = (new BodySearch(), VoteOf(1, 2));
        Assert.That(search.IsDue(vote), Is.True, "no replica was asked yet");
        search.AskNext(vote, s_soon);
        search.AskNext(vote, s_soon);
        Reply(vote, 3);
        Assert.That(search.IsDue(vote), Is.False, "the second replica still has time");
        search.AskNext(vote, s_soon);
        search.BecomeInVain(s_later);
        Assert.That((search.IsDue(vote), search.NextDeadline), Is.EqualTo((false, s_later)));
        Reply(vote, 4);
        Assert.That((search.IsDue(vote), search.AskNext(vote, s_soon)), Is.EqualTo((true, (byte?)4)));
    }

    [Test]
    public void A_new_decision_begins_a_new_search()
    {
        var (search, vote) = (new BodySearch(), VoteOf(1, 2));
        search.AskNext(vote, s_soon);
        search.BecomeIdle();
        Assert.That((search.NextDeadline, search.IsDue(vote), search.AskNext(vote, s_later)), Is.EqualTo((Instant.Never, true, (byte?)1)));
    }

    [Test]
    public void The_deadline_moves_even_if_every_replica_of_the_majority_was_caught_lying()
    {
        var (search, vote) = (new BodySearch(), VoteOf(1, 2));
        foreach (var replica in new byte[] { 1, 2 })
            vote.OnBodyFetched(replica, new byte[] { 99 });
        Assert.That((search.AskNext(vote, s_soon), search.NextDeadline), Is.EqualTo(((byte?)null, s_soon)));
    }

    private static ReplyVoter VoteOf(params byte[] replicas)
    {
        var vote = new ReplyVoter(new SequenceNumber(10), default);
        foreach (var replica in replicas)
            Reply(vote, replica);
        return vote;
    }

    private static void Reply(ReplyVoter vote, byte replica) => vote.OnReply(
        replica,
        new ReplyMessage(default, vote.Seq, new Incarnation(replica), vote.Seq, replica, default, Digest.Of([1]), default, false),
        s_now);
}
