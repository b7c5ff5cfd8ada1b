using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>A manager asks the sequencers for a skip until that is done, refused, or has lasted too long.</summary>
internal sealed class SkipRequesterTests
{
    private static readonly SequenceNumber Seq = new(17);
    private static readonly GroupOptions Options =
        new() { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1, 2], FrontEnds = [1] };

    private readonly Outbox _outbox = new();

    [Test]
    public void A_manager_asks_every_sequencer_repeatedly_until_a_timeout()
    {
        var requester = Asking();
        requester.OnTimer(At(0));
        Assert.That(_outbox.Messages.Select(sent => (sent.To, sent.Message)), Is.EqualTo(new[]
        {
            (NodeId.Sequencer(1), (Message)new SkipReq(Seq)), (NodeId.Sequencer(2), new SkipReq(Seq)),
        }));
        requester.OnTimer(At(100));
        Assert.That(_outbox.Messages, Has.Count.EqualTo(2), "the retry is not due");
        requester.OnTimer(requester.NextDeadline);
        Assert.That(_outbox.Messages, Has.Count.EqualTo(4));
        requester.OnTimer(At(15_000));
        Assert.That(_outbox.Messages, Has.Count.EqualTo(4));
        Assert.That((requester.Wanted, requester.NextDeadline), Is.EqualTo(((SequenceNumber?)null, Instant.Never)));
    }

    [TestCase(SkipOutcome.Unneeded, false)]
    [TestCase(SkipOutcome.Collecting, false)]
    [TestCase(SkipOutcome.Skipped, true)]
    [TestCase(SkipOutcome.Executed, true)]
    [TestCase(SkipOutcome.NotCommitted, true)]
    [TestCase(SkipOutcome.NotARequest, true)]
    [TestCase(SkipOutcome.Busy, true)]
    public void A_manager_stops_asking_when_the_skip_is_done_or_refused(SkipOutcome outcome, bool isFinal)
    {
        var requester = Asking();
        var status = new SkipStatus(Seq, outcome, View.None);
        requester.OnMessage(new Envelope(NodeId.Replica(1), default, default), status, At(1));
        requester.OnMessage(new Envelope(NodeId.Sequencer(1), default, default), status with { Seq = Seq.Next }, At(1));
        Assert.That(requester.Status, Is.Null, "a status from a replica, or about another entry, does not count");
        requester.OnMessage(new Envelope(NodeId.Sequencer(1), default, default), status, At(1));
        Assert.That(requester.Status, Is.EqualTo(status));
        Assert.That(requester.Wanted is null, Is.EqualTo(isFinal));
    }

    private SkipRequester Asking()
    {
        var requester = new SkipRequester(Options, _outbox);
        requester.OnOperatorWants(Seq, At(0));
        return requester;
    }

    [SetUp]
    public void Empty() => _outbox.ClearMessages();

    private static Instant At(long milliseconds) => new(milliseconds * TimeSpan.TicksPerMillisecond, 0);
}
