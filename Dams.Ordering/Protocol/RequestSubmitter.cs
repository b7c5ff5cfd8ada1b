using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Brings requests that need no reply into a group's order: reports to the managers' group, from front ends and from
/// the managers themselves. Each is repeated until it is known to be committed, so that none is lost with a sequencer.
/// A request may be ordered twice, so its effect must not depend on that. Pure and single-threaded.
/// </summary>
public sealed class RequestSubmitter : IProtocol
{
    /// <summary>
    /// How many requests may wait. One more drops the oldest: a report that could not be delivered for so long is no
    /// longer news.
    /// </summary>
    public const int WaitingMax = 64;

    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(200);

    private readonly GroupOptions _group;
    private readonly NodeId _self;
    private readonly BootId _boot;
    private readonly Outbox _outbox;
    private readonly List<Waiting> _waiting = [];
    private ulong _lastNumber;
    private Epoch _epoch;

    /// <summary>Makes a submitter with nothing to submit. The boot of the process becomes part of the request keys.</summary>
    public RequestSubmitter(GroupOptions group, NodeId self, BootId boot, Outbox outbox)
    {
        _group = group;
        _self = self;
        _boot = boot;
        _outbox = outbox;
    }

    /// <summary>How many requests are not known to be committed.</summary>
    internal int WaitingCount => _waiting.Count;

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>
    /// Takes a request and sends it at once, unless the same one waits already. The payload has at most
    /// <see cref="Request.PayloadBytesMax"/> bytes.
    /// </summary>
    public void Submit(byte opcode, ReadOnlyMemory<byte> payload, Instant now)
    {
        var digest = Request.DigestOf(opcode, payload.Span);
        if (_waiting.Exists(waiting => waiting.Request.Digest == digest))
            return;
        if (_waiting.Count == WaitingMax)
            _waiting.RemoveAt(0);
        var key = new RequestKey((byte)_self.Role, _boot.Value ^ _self.Number, ++_lastNumber);
        var waiting = new Waiting(new Request(key, _self.Number, _boot, _lastNumber, opcode, digest, payload));
        _waiting.Add(waiting);
        Send(waiting, now);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || envelope.Epoch.Sequencer != envelope.From.Number || envelope.Epoch < _epoch)
            return;
        switch (message)
        {
            case ReqAck { Status: ReqAckStatus.Ordered or ReqAckStatus.Duplicate } ack: OnOrdered(envelope, ack); break;
            case Sync sync: OnSync(envelope, sync, now); break;
        }

        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnTimer(Instant now)
    {
        foreach (var waiting in _waiting)
        {
            if (waiting.SendAt <= now)
                Send(waiting, now);
        }

        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => Invariant.That(false, "a submitter has no log");

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
    }

    private void OnOrdered(in Envelope envelope, ReqAck ack)
    {
        if (_waiting.Find(waiting => waiting.Request.Key == ack.Key) is not { } waiting)
            return;
        // Only a hint, because the number is one of this epoch. An entry that is not committed may be lost with its
        // sequencer.
        waiting.OrderedIn = envelope.Epoch;
        waiting.Seq = new SequenceNumber(ack.Argument);
        waiting.SendAt = Instant.Never;
    }

    private void OnSync(in Envelope envelope, Sync sync, Instant now)
    {
        _epoch = envelope.Epoch;
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var waiting = _waiting[i];
            if (waiting.OrderedIn == Epoch.None)
                continue;
            if (waiting.OrderedIn != _epoch)
                Send(waiting, now);
            else if (waiting.Seq <= sync.CommitSeq)
                _waiting.RemoveAt(i);
        }
    }

    /// <summary>Sends to every sequencer: those that aren't active say so, and reports are rare.</summary>
    private void Send(Waiting waiting, Instant now)
    {
        waiting.OrderedIn = Epoch.None;
        waiting.SendAt = now + s_retry;
        foreach (var sequencer in _group.Sequencers)
            _outbox.Send(NodeId.Sequencer(sequencer), Epoch.None, new Req(waiting.Request));
    }

    private void UpdateDeadline()
    {
        NextDeadline = Instant.Never;
        foreach (var waiting in _waiting)
            NextDeadline = Instant.Earlier(NextDeadline, waiting.SendAt);
    }

    private sealed class Waiting(Request request)
    {
        public Request Request { get; } = request;

        public Instant SendAt { get; set; }

        public Epoch OrderedIn { get; set; }

        public SequenceNumber Seq { get; set; }
    }
}
