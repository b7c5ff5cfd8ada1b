using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Engines;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Replica.Core;

/// <summary>What a replica keeps of an executed entry, outside the replicated state.</summary>
/// <param name="Key">The request.</param>
/// <param name="Seq">The number of the request's first execution.</param>
/// <param name="RequestDigest">What was asked.</param>
/// <param name="ResultDigest">SHA-256 of the result.</param>
/// <param name="Result">The canonical reply.</param>
internal sealed record StoredReply(RequestKey Key, SequenceNumber Seq, Digest RequestDigest, Digest ResultDigest, byte[] Result);

/// <summary>
/// The replicated state machine around an engine: executes delivered entries strictly in sequence, each request key once, and answers the front end. Pure
/// and single-threaded. Its input is delivered entries, wherever they come from.
/// </summary>
/// <param name="engine">The version.</param>
/// <param name="engineNumber">The version's number in the catalogue; for people.</param>
/// <param name="observer">Told of touched buckets.</param>
/// <param name="outbox">Where replies go.</param>
/// <param name="options">Bounds.</param>
internal sealed class ReplicaCore(IAppointmentEngine engine, byte engineNumber, IBucketObserver observer, Outbox outbox, ReplicaCoreOptions options) : IEntryConsumer
{
    private readonly SessionTable _sessions = new(options.ClientSessionsMax);
    private readonly Dictionary<SequenceNumber, StoredReply> _replies = [];
    private readonly Queue<SequenceNumber> _replyOrder = [];

    /// <summary>The member whose entries these are; set once, before the first entry.</summary>
    public GroupMember? Member { get; set; }

    /// <summary>The engine.</summary>
    public IAppointmentEngine Engine => engine;

    /// <summary>Exactly-once bookkeeping.</summary>
    public SessionTable Sessions => _sessions;

    /// <summary>Last number executed.</summary>
    public SequenceNumber Executed { get; private set; }

    /// <inheritdoc/>
    public void OnDelivered(Entry entry, Instant now)
    {
        Invariant.That(entry.Seq == Executed.Next);
        Executed = entry.Seq;
        if (entry.Kind == EntryKind.Operation && Execute(entry) is { } reply)
        {
            Remember(entry.Seq, reply);
            // A replica that is far behind executes what the front end has long been told by others.
            if (Member!.CommitSeq - entry.Seq <= options.ReplyWhenBehindMax)
                Send(reply, entry.Request.FrontEnd);
        }
    }

    /// <summary>Sends a reply again, or says that it is gone, so that the sequencer orders the repeat.</summary>
    public void OnResend(in Envelope envelope, Resend resend)
    {
        if (Executed < resend.Seq)
            return;
        if (_replies.TryGetValue(resend.Seq, out var reply) && reply.Key == resend.Key)
        {
            Send(reply, resend.FrontEnd);
            return;
        }

        if (_sessions.Find(resend.Key) is { } row && row.Seq == resend.Seq)
            Send(new StoredReply(resend.Key, row.Seq, row.Digest, Digest.Of(row.Reply), row.Reply), resend.FrontEnd);
        else
            outbox.Send(envelope.From, Member!.Installed.Epoch, new Missing(resend.Key, resend.Seq));
    }

    /// <summary>The reply to the entry of a number, if it is still kept.</summary>
    public StoredReply? FindReply(SequenceNumber seq) => _replies.GetValueOrDefault(seq);

    private StoredReply? Execute(Entry entry)
    {
        var request = entry.Request;
        if (!_sessions.Admit(request))
            return null;
        if (_sessions.Find(request.Key) is { } row)
        {
            return row.Digest == request.Digest
                ? new StoredReply(request.Key, row.Seq, row.Digest, Digest.Of(row.Reply), row.Reply)
                : Reply(entry, new RefusedReply(Refusal.RequestIdReused));
        }

        if (!CommandCodec.TryDecode(request.Payload.Span, out var command) || CommandCodec.OpcodeOf(command!) != request.Opcode)
            return Reply(entry, new RefusedReply(Refusal.InternalError));
        var reply = Reply(entry, engine.Execute(command!, observer));
        if (command!.IsWrite)
            _sessions.Add(request.Key, new SessionRow(request.Digest, entry.Seq, reply.Result));
        return reply;
    }

    private static StoredReply Reply(Entry entry, Reply reply)
    {
        var bytes = ReplyCodec.Encode(reply);
        return new StoredReply(entry.Request.Key, entry.Seq, entry.Request.Digest, Digest.Of(bytes), bytes);
    }

    private void Remember(SequenceNumber seq, StoredReply reply)
    {
        _replies[seq] = reply;
        _replyOrder.Enqueue(seq);
        if (_replyOrder.Count > options.RepliesKept)
            _replies.Remove(_replyOrder.Dequeue());
    }

    private void Send(StoredReply reply, byte frontEnd)
    {
        var fits = reply.Result.Length <= ReplyMessage.ResultBytesMax;
        outbox.Send(NodeId.FrontEnd(frontEnd), Member!.Installed.Epoch, new ReplyMessage(reply.Key, reply.Seq, Member.Incarnation, Executed, engineNumber,
            reply.RequestDigest, reply.ResultDigest, fits ? reply.Result : ReadOnlyMemory<byte>.Empty, fits));
    }
}

/// <summary>Bounds of a replica's memory.</summary>
internal sealed record ReplicaCoreOptions
{
    /// <summary>The newest client-made request ids that are remembered.</summary>
    public int ClientSessionsMax { get; init; } = 1_000_000;

    /// <summary>Replies of reads and writes that can be sent again.</summary>
    public int RepliesKept { get; init; } = 10_000;

    /// <summary>A replica this many entries behind executes without sending.</summary>
    public int ReplyWhenBehindMax { get; init; } = 1_024;
}
