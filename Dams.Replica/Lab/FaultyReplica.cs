using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Replica.Lab;

/// <summary>
/// Stands between a replica and its shell: what the replica sends passes through here, and its replies are changed or held back as the lab wants. The
/// replica itself does not know. One thread.
/// </summary>
/// <param name="replica">What is run.</param>
/// <param name="sent">What the replica sends to.</param>
/// <param name="lies">What is changed.</param>
internal sealed class FaultyReplica(IProtocol replica, Outbox sent, ReplicaLies lies) : IProtocol
{
    /// <summary>Longer than three right replicas need to answer, and shorter than the shortest time after which a reply counts as missing.</summary>
    public static readonly TimeSpan LateBy = TimeSpan.FromMilliseconds(100);

    /// <summary>Numbers that a reply is told under instead of its own: more than a front end follows of one replica.</summary>
    public const int MadeUpNumbers = 5;

    /// <summary>How far a made-up number is from the one before.</summary>
    public const int MadeUpStep = 1_000;

    // A second of a busy cluster at the longest delay; what comes then is not sent at all.
    private const int HeldMax = 20_000;

    private readonly PriorityQueue<Outgoing, (Instant Due, long Number)> _held = new();
    private long _number;

    /// <summary>What the shell sends.</summary>
    public Outbox Outbox { get; } = new();

    /// <summary>How late replies are; zero for none.</summary>
    public TimeSpan Slow { get; set; }

    /// <inheritdoc/>
    public Instant NextDeadline
    {
        get
        {
            // What the replica did outside the loop's turns, at its start, waits here.
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
