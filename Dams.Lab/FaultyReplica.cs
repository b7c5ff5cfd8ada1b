using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Lab;

/// <summary>
/// Stands between a replica and its shell. Everything that the replica sends passes through here. The lab has replies
/// changed or delayed here, and the replica itself knows nothing of it. One thread.
/// </summary>
/// <param name="replica">The replica that runs behind this object.</param>
/// <param name="sent">The outbox that the replica sends to.</param>
/// <param name="lies">Decides which replies are changed, and how.</param>
internal sealed class FaultyReplica(IProtocol replica, Outbox sent, ReplicaLies lies) : IProtocol
{
    /// <summary>
    /// The delay of a late lie. It is longer than three right replicas need to answer, and shorter than the shortest
    /// time after which a reply counts as missing.
    /// </summary>
    public static readonly TimeSpan LateBy = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How many made-up numbers a reply is sent under instead of its own. They are more than a front
    /// end follows of one replica.
    /// </summary>
    public const int MadeUpNumbers = 5;

    /// <summary>The distance from one made-up number to the next.</summary>
    public const int MadeUpStep = 1_000;

    // The most replies that are held: those of a second of a busy cluster, at the longest delay. Further replies are dropped.
    private const int HeldMax = 20_000;

    private readonly PriorityQueue<Outgoing, (Instant Due, long Number)> _held = new();
    private long _number;

    /// <summary>The outbox that the shell sends from.</summary>
    public Outbox Outbox { get; } = new();

    /// <summary>How much later replies are sent; zero for no delay.</summary>
    public TimeSpan Slow { get; set; }

    /// <inheritdoc/>
    public Instant NextDeadline
    {
        get
        {
            // At its start, outside the loop's turns, the replica may have left messages or a flush waiting here.
            if (sent.Messages.Count > 0 || sent.FlushWanted > 0)
                return default;
            return _held.TryPeek(out _, out var first) ? Instant.Earlier(replica.NextDeadline, first.Due) : replica.NextDeadline;
        }
    }

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now) => replica.OnMessage(envelope, message, now);

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => replica.OnFlushed(write, now);

    /// <inheritdoc/>
    public void OnTimer(Instant now) => replica.OnTimer(now);

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        replica.OnBatchEnd(now);
        foreach (var message in sent.Messages)
            Pass(message, now);
        sent.ClearMessages();
        Outbox.WantFlush(sent.TakeFlush());
        while (_held.TryPeek(out var due, out var first) && first.Due <= now)
        {
            _held.Dequeue();
            Outbox.Send(due.To, due.Epoch, due.Message);
        }
    }

    private void Pass(in Outgoing message, Instant now)
    {
        if (message.Message is not ReplyMessage reply)
        {
            Outbox.Send(message.To, message.Epoch, message.Message);
            return;
        }

        var isLate = lies.IsLate;
        if (lies.InsteadOf(reply) is not { } told)
        {
            Send(message, reply, Slow, now);
            return;
        }

        var falsified = Falsified(reply, told);
        if (!told.IsMisnumbered)
        {
            Send(message, falsified, isLate ? Slow + LateBy : Slow, now);
            return;
        }

        for (var i = 1; i <= MadeUpNumbers; i++)
            Send(message, falsified with { Seq = reply.Seq + i * MadeUpStep }, Slow, now);
    }

    private void Send(in Outgoing message, ReplyMessage reply, TimeSpan delay, Instant now)
    {
        if (delay == TimeSpan.Zero)
            Outbox.Send(message.To, message.Epoch, reply);
        else if (_held.Count < HeldMax)
            _held.Enqueue(message with { Message = reply }, (now + delay, _number++));
    }

    private static ReplyMessage Falsified(ReplyMessage reply, ToldReply told)
    {
        var fits = told.Result.Length <= ReplyMessage.ResultBytesMax;
        return reply with { ResultDigest = told.Digest, Result = fits ? told.Result : ReadOnlyMemory<byte>.Empty, HasResult = fits };
    }
}
