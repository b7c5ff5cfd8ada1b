using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Tests.Ordering.Storage;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>Which entries the sequencer sends again.</summary>
internal sealed class RetransmitterTests
{
    private static readonly GroupOptions s_options = new()
    {
        Group = GroupId.Replicas,
        Members = [1, 2],
        Sequencers = [1],
        FrontEnds = [],
        RetransmitEntriesMax = 2,
        FetchEntriesMax = 2,
    };

    private static readonly Epoch s_epoch = Epoch.Of(1, 1);
    private static readonly Nak s_nak = new(new SequenceNumber(3), 0b1011);

    private Outbox _outbox = new();
    private Retransmitter _retransmitter = null!;

    [SetUp]
    public void Begin()
    {
        _outbox = new Outbox();
        var history = new HistoryBuffer(100, 1000);
        history.Reset(new SequenceNumber(2));
        for (var i = 3; i <= 8; i++)
            history.Append(new Entry(new SequenceNumber(i), s_epoch, 0, EntryKind.Noop, Chain.Genesis, SampleEntries.NoRequest));
        _retransmitter = new Retransmitter(s_options, _outbox, history);
    }

    [Test]
    public void The_same_NAK_is_answered_again_only_after_the_linger()
    {
        Assert.That(AnswersTo(1, s_nak, 0), Is.EqualTo(new[] { 3L, 4L }), "no more entries than the limit");
        Assert.That(AnswersTo(1, s_nak, 2), Is.Empty, "the answer is on its way");
        Assert.That(AnswersTo(2, s_nak, 2), Has.Length.EqualTo(2), "another member has no answer yet");
        Assert.That(AnswersTo(1, s_nak, 3), Has.Length.EqualTo(2));
        Assert.That(AnswersTo(1, s_nak with { Bitmap = 0b1000 }, 3), Is.EqualTo(new[] { 6L }));
    }

    [Test]
    public void A_fetch_gets_nothing_that_follows_an_entry_that_is_gone()
    {
        _retransmitter.OnFetch(NodeId.Replica(1), new Fetch(new SequenceNumber(2), new SequenceNumber(4)), s_epoch, SequenceNumber.Zero);
        Assert.That(_outbox.Messages, Is.Empty);
        _retransmitter.OnFetch(NodeId.Replica(1), new Fetch(new SequenceNumber(3), new SequenceNumber(8)), s_epoch, new SequenceNumber(5));
        Assert.That(
            _outbox.Messages.Select(sent => (Fetched)sent.Message).Select(m => (m.Entry.Seq.Value, m.FirstKept.Value, m.CommitSeq.Value)),
            Is.EqualTo(new[] { (3L, 3L, 5L), (4L, 3L, 5L) }));
    }

    private long[] AnswersTo(byte member, Nak nak, long milliseconds)
    {
        _outbox.ClearMessages();
        _retransmitter.OnNak(NodeId.Replica(member), nak, s_epoch, new Instant(milliseconds * TimeSpan.TicksPerMillisecond, 0));
        return [.. _outbox.Messages.Select(sent => ((Retrans)sent.Message).Entry.Seq.Value)];
    }
}
