using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>A request is repeated until it is known to be committed, and no longer.</summary>
internal sealed class RequestSubmitterTests
{
    private static readonly GroupOptions s_group =
        new() { Group = GroupId.Managers, Members = [1, 2, 3, 4], Sequencers = [1, 2], FrontEnds = [1] };
    private static readonly TimeSpan s_longEnough = TimeSpan.FromSeconds(1);

    private Outbox _outbox = new();
    private RequestSubmitter _submitter = null!;
    private Instant _now = new(1000, 0);

    [SetUp]
    public void Begin()
    {
        _outbox = new Outbox();
        _submitter = new RequestSubmitter(s_group, NodeId.FrontEnd(1), new BootId(77), _outbox);
        Commit(1, 1_000);
    }

    [Test]
    public void A_request_goes_to_every_sequencer_until_one_has_ordered_it()
    {
        _submitter.Submit(1, new byte[] { 1 }, _now);
        var first = Take();
        Assert.That(first.Select(sent => sent.To), Is.EquivalentTo(new[] { NodeId.Sequencer(1), NodeId.Sequencer(2) }));
        var again = TakeAfter(s_longEnough);
        Assert.That(again.Select(sent => sent.Request), Is.EqualTo(first.Select(sent => sent.Request)), "a repeat has the same key");
        Order(first[0].Request, 1, 2_000);
        Assert.That(
            (_submitter.NextDeadline, _submitter.WaitingCount),
            Is.EqualTo((Instant.Never, 1)),
            "the request may still be lost with its sequencer");
        Commit(1, 1_999);
        Assert.That(_submitter.WaitingCount, Is.EqualTo(1));
        Commit(1, 2_000);
        Assert.That(_submitter.WaitingCount, Is.Zero);
    }

    [Test]
    public void An_ordered_but_uncommitted_request_is_sent_again_in_the_next_epoch()
    {
        _submitter.Submit(1, new byte[] { 1 }, _now);
        var request = Take()[0].Request;
        Order(request, 1, 2_000);
        Commit(2, 2_000);
        Assert.That(_submitter.WaitingCount, Is.EqualTo(1), "2,000 is another entry in that epoch");
        Assert.That(Take().Select(sent => sent.Request), Is.All.EqualTo(request));
        Order(request, 2, 2_001);
        Commit(1, 3_000);
        Assert.That(_submitter.WaitingCount, Is.EqualTo(1), "a commit of an earlier epoch does not count");
        Commit(2, 2_001);
        Assert.That(_submitter.WaitingCount, Is.Zero);
    }

    [Test]
    public void A_repeat_of_a_waiting_request_is_not_counted_twice()
    {
        _submitter.Submit(1, new byte[] { 1 }, _now);
        _submitter.Submit(1, new byte[] { 1 }, _now);
        _submitter.Submit(2, new byte[] { 1 }, _now);
        Assert.That(_submitter.WaitingCount, Is.EqualTo(2));
    }

    [Test]
    public void Too_many_requests_push_out_the_oldest()
    {
        for (byte i = 0; i <= RequestSubmitter.WaitingMax; i++)
            _submitter.Submit(1, new[] { i }, _now);
        Assert.That(_submitter.WaitingCount, Is.EqualTo(RequestSubmitter.WaitingMax));
        Take();
        Assert.That(
            TakeAfter(s_longEnough).Select(sent => sent.Request.Payload.Span[0]).Distinct(),
            Is.EqualTo(Enumerable.Range(1, RequestSubmitter.WaitingMax)));
    }

    private List<(NodeId To, Request Request)> Take()
    {
        var sent = _outbox.Messages.Select(outgoing => (outgoing.To, ((Req)outgoing.Message).Request)).ToList();
        _outbox.ClearMessages();
        return sent;
    }

    private List<(NodeId To, Request Request)> TakeAfter(TimeSpan wait)
    {
        _now += wait;
        _submitter.OnTimer(_now);
        return Take();
    }

    private void Order(Request request, byte sequencer, long seq) => Receive(sequencer, new ReqAck(request.Key, ReqAckStatus.Ordered, seq));

    private void Commit(byte sequencer, long seq) => Receive(
        sequencer,
        new Sync(new SequenceNumber(seq), new SequenceNumber(seq), SequenceNumber.Zero, new SequenceNumber(1), false, View.None));

    /// <summary>Receives a message from a sequencer in its own epoch. The second sequencer leads after the first.</summary>
    private void Receive(byte sequencer, Message message) =>
        _submitter.OnMessage(
            new Envelope(NodeId.Sequencer(sequencer), new BootId(sequencer), Epoch.Of(sequencer, sequencer)),
            message,
            _now);
}
