using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>When a member requests the entries of a gap.</summary>
internal sealed class LossDetectorTests
{
    private static readonly GroupOptions s_options = new() { Group = GroupId.Replicas, Members = [1], Sequencers = [1], FrontEnds = [] };
    private static readonly Instant s_start = new(1_000_000, 0);

    private readonly LossDetector _losses = new(s_options, new SeededRandom(1));

    [Test]
    public void Nothing_is_requested_without_a_gap() =>
        Assert.That(new LossDetector(s_options, new SeededRandom(1)).Due, Is.EqualTo(Instant.Never));

    [Test]
    public void A_gap_is_requested_after_the_NAK_delay_or_at_once_if_later_entries_arrived()
    {
        var losses = new LossDetector(s_options, new SeededRandom(1));
        losses.OnGap(somethingIsBeyond: false, s_start);
        Assert.That(losses.Due, Is.EqualTo(s_start + s_options.NakDelay));
        losses.OnGap(somethingIsBeyond: false, s_start + TimeSpan.FromMilliseconds(5));
        Assert.That(losses.Due, Is.EqualTo(s_start + s_options.NakDelay), "more signs of the same gap do not delay the request");
        losses.OnGap(somethingIsBeyond: true, s_start + TimeSpan.FromMilliseconds(7));
        Assert.That(losses.Due - s_start, Is.EqualTo(TimeSpan.FromMilliseconds(7)));
    }

    [Test]
    public void Retry_delays_double_up_to_the_maximum_with_jitter()
    {
        var losses = new LossDetector(s_options, new SeededRandom(1));
        losses.OnGap(true, s_start);
        var expected = s_options.NakRetryMin;
        for (var i = 1; i <= 12; i++)
        {
            losses.OnAsked(new SequenceNumber(3), s_start);
            Assert.That(losses.Tries, Is.EqualTo(i));
            Assert.That(losses.Due - s_start, Is.InRange(expected, expected * 1.5));
            losses.OnGap(true, s_start);
            Assert.That(losses.Due, Is.GreaterThan(s_start), "a gap that was requested is not requested again at once");
            expected = expected * 2 < s_options.NakRetryMax ? expected * 2 : s_options.NakRetryMax;
        }
    }

    [Test]
    public void Progress_resets_the_retries_and_a_gap_not_yet_requested_is_requested_at_once()
    {
        var losses = new LossDetector(s_options, new SeededRandom(1));
        losses.OnGap(true, s_start);
        for (var i = 0; i < 6; i++)
            losses.OnAsked(new SequenceNumber(10), s_start);
        losses.OnProgress(new SequenceNumber(5), gapLeft: true, s_start);
        Assert.That(
            (losses.Tries, losses.Due - s_start),
            Is.EqualTo((1, s_options.NakRetryMin)),
            "the rest of the answer may be on its way");
        losses.OnProgress(new SequenceNumber(10), gapLeft: true, s_start);
        Assert.That(losses.Due, Is.EqualTo(s_start), "this gap was not requested yet");
        losses.OnProgress(new SequenceNumber(12), gapLeft: false, s_start);
        Assert.That((losses.Tries, losses.Due), Is.EqualTo((0, Instant.Never)));
    }

    [Test]
    public void A_new_epoch_forgets_gaps()
    {
        _losses.OnGap(true, s_start);
        _losses.OnAsked(new SequenceNumber(1), s_start);
        _losses.Reset();
        Assert.That((_losses.Tries, _losses.Due), Is.EqualTo((0, Instant.Never)));
    }
}
