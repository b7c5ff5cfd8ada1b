using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>Whether a poison entry may be skipped.</summary>
internal sealed class SkipCollectorTests
{
    private static readonly GroupOptions s_options =
        new() { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1], FrontEnds = [] };
    private static readonly SequenceNumber s_poison = new(17);
    private static readonly SequenceNumber s_commit = new(20);
    private static readonly View s_before = new(SequenceNumber.Zero, s_options.Members.Select(id =>
        new ViewMember(id, new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero)));

    [Test]
    public void Only_a_committed_entry_is_skipped_and_one_at_a_time()
    {
        var skips = Collector();
        Assert.That(skips.OnRequest(SequenceNumber.Zero, s_commit, At(0)).Outcome, Is.EqualTo(SkipOutcome.NotCommitted));
        Assert.That(skips.OnRequest(s_commit.Next, s_commit, At(0)).Outcome, Is.EqualTo(SkipOutcome.NotCommitted));
        Assert.That(skips.NextDeadline, Is.EqualTo(Instant.Never));
        Assert.That(skips.OnRequest(s_poison, s_commit, At(0)).Outcome, Is.EqualTo(SkipOutcome.Unneeded));
        Assert.That(skips.OnRequest(s_poison.Next, s_commit, At(2000)).Outcome, Is.EqualTo(SkipOutcome.Busy));
        Assert.That(skips.OnRequest(s_poison.Next, s_commit, At(2001)).Outcome, Is.EqualTo(SkipOutcome.Unneeded));
    }

    [Test]
    public void Members_are_asked_until_no_manager_wants_the_skip_any_more()
    {
        var skips = Collector();
        skips.OnRequest(s_poison, s_commit, At(0));
        Assert.That(skips.NextDeadline, Is.EqualTo(At(0)));
        Assert.That(skips.OnTimerElapsed(s_commit, At(0)), Is.EqualTo(new SkipAsk(s_poison, IsUrgent: false)));
        Assert.That(skips.NextDeadline, Is.EqualTo(At(0) + s_options.EpochRetry));
        Assert.That(skips.OnTimerElapsed(s_commit, At(2001)), Is.Null);
        Assert.That(skips.NextDeadline, Is.EqualTo(Instant.Never));
    }

    [Test]
    public void The_others_are_asked_to_promise_only_when_one_that_waits_has_promised()
    {
        var skips = Wanted();
        Vote(skips, 1, SkipAnswer.Free);
        Assert.That(skips.OnTimerElapsed(s_commit, At(1))!.IsUrgent, Is.False);
        Vote(skips, 2, SkipAnswer.Promised);
        Assert.That(skips.OnTimerElapsed(s_commit, At(1))!.IsUrgent, Is.True);
        Assert.That(skips.IsCollecting(s_commit), Is.True);
    }

    [Test]
    public void All_but_one_of_the_members_before_the_entry_must_promise_and_the_SKIP_is_appended_once()
    {
        var skips = Wanted();
        Assert.That(Vote(skips, 1, SkipAnswer.Promised), Is.False);
        Assert.That(Vote(skips, 2, SkipAnswer.Promised), Is.False);
        var waitedFor = skips.OnRequest(s_poison, s_commit, At(1)).WaitedFor;
        Assert.That(waitedFor.Members.Select(member => member.Id), Is.EqualTo(new byte[] { 3, 4 }));
        Assert.That(Vote(skips, 3, SkipAnswer.Promised), Is.True);
        skips.OnAppended(s_commit.Next);
        Assert.That(Vote(skips, 4, SkipAnswer.Promised), Is.False);
        Assert.That(skips.OnTimerElapsed(s_commit, At(1)), Is.Null);
        Assert.That(skips.OnRequest(s_poison, s_commit, At(1)).Outcome, Is.EqualTo(SkipOutcome.Collecting));
        Assert.That(skips.OnRequest(s_poison, s_commit.Next, At(1)).Outcome, Is.EqualTo(SkipOutcome.Skipped));
    }

    [Test]
    public void A_promise_of_another_incarnation_than_the_views_does_not_count()
    {
        var skips = Wanted();
        Vote(skips, 1, SkipAnswer.Promised);
        Vote(skips, 2, SkipAnswer.Promised);
        Assert.That(skips.OnVote(3, new SkipVote(s_poison, new Incarnation(33), SkipAnswer.Promised, s_before), s_commit), Is.False);
    }

    [TestCase(SkipAnswer.Executed, SkipOutcome.Executed)]
    [TestCase(SkipAnswer.NotARequest, SkipOutcome.NotARequest)]
    [TestCase(SkipAnswer.Skipped, SkipOutcome.Skipped)]
    public void A_skip_that_is_refused_or_done_collects_nothing(SkipAnswer answer, SkipOutcome outcome)
    {
        var skips = Wanted();
        Vote(skips, 1, SkipAnswer.Promised);
        Vote(skips, 2, answer);
        Vote(skips, 3, answer);
        Assert.That(skips.OnRequest(s_poison, s_commit, At(1)).Outcome, Is.EqualTo(outcome));
        Assert.That(skips.IsCollecting(s_commit), Is.False);
        Assert.That(skips.OnTimerElapsed(s_commit, At(1))!.IsUrgent, Is.False);
    }

    private static SkipCollector Collector() => new(s_options);

    private static SkipCollector Wanted()
    {
        var skips = Collector();
        skips.OnRequest(s_poison, s_commit, At(0));
        return skips;
    }

    private static bool Vote(SkipCollector skips, byte member, SkipAnswer answer) =>
        skips.OnVote(member, new SkipVote(s_poison, new Incarnation(member), answer, s_before), s_commit);

    private static Instant At(long milliseconds) => new(milliseconds * TimeSpan.TicksPerMillisecond, 0);
}
