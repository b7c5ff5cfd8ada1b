using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>When a member suspects the sequencer, and when it asks for the view.</summary>
internal sealed class SequencerWatchTests
{
    private static readonly Instant s_start = MemberParts.Start;

    [Test]
    public void A_sequencer_is_suspected_after_a_random_silence_and_again_until_it_is_heard()
    {
        var parts = new MemberParts();
        var watch = NewWatch(parts);
        watch.OnHeard(s_start);
        Assert.That(watch.NextDeadline - s_start, Is.InRange(parts.Options.SuspicionMin, parts.Options.SuspicionMax));
        var later = s_start + TimeSpan.FromMilliseconds(700);
        watch.OnTimer(MemberParts.First, later);
        Assert.That(watch.NextDeadline, Is.EqualTo(later + parts.Options.EpochRetry));
        var sent = parts.Outbox.Messages.Select(outgoing => (outgoing.To, Silent: ((SeqSuspect)outgoing.Message).SilentMilliseconds));
        Assert.That(sent, Is.EqualTo(new[] { (NodeId.Sequencer(1), 700), (NodeId.Sequencer(2), 700) }), "every sequencer is told");
    }

    [Test]
    public void A_sequencer_is_heard_for_the_shortest_silence_after_its_SYNC()
    {
        var parts = new MemberParts();
        var watch = NewWatch(parts);
        Assert.That(watch.Hears(s_start), Is.False);
        watch.OnHeard(s_start);
        Assert.That(
            (watch.Hears(s_start), watch.Hears(s_start + parts.Options.SuspicionMin)), Is.EqualTo((true, false)));
    }

    [Test]
    public void The_view_is_requested_at_most_once_in_a_retry_interval()
    {
        var parts = new MemberParts();
        var watch = NewWatch(parts);
        watch.OnUninstalledEpoch(NodeId.Sequencer(2), Epoch.None, s_start);
        watch.OnUninstalledEpoch(NodeId.Sequencer(1), Epoch.None, s_start);
        Assert.That(parts.Outbox.Messages.Select(outgoing => outgoing.To), Is.EqualTo(new[] { NodeId.Sequencer(2) }));
        watch.OnUninstalledEpoch(NodeId.Sequencer(1), Epoch.None, s_start + parts.Options.EpochRetry);
        Assert.That(parts.Outbox.Messages, Has.Count.EqualTo(2));
    }

    private static SequencerWatch NewWatch(MemberParts parts) => new(parts.Options, new SeededRandom(1), parts.Log, parts.Outbox);
}
