using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Lab;

/// <summary>
/// The lies of a replica. Only its answers are wrong: its actions and its state are right, so it is healthy
/// again as soon as it stops lying. It remembers each wrong reply, and gives the same one when asked again.
/// For the replica's loop only.
/// </summary>
/// <param name="truth">The replica's true answers.</param>
/// <param name="log">The log of the replica, which has the commands.</param>
internal sealed class ReplicaLies(IReplicaTruth truth, IMemberLog log) : IDisposable
{
    // As many as the replica keeps right replies.
    private const int RememberedMax = 10_000;

    private readonly Dictionary<SequenceNumber, ToldReply> _told = [];
    private readonly Queue<SequenceNumber> _toldOrder = [];
    private readonly HashSet<long> _falseCheckpoints = [];
    private readonly Queue<long> _checkpointOrder = [];
    private IStaleState? _stale;

    /// <summary>The kind of lie; null if the replica doesn't lie.</summary>
    public LieKind? Kind { get; private set; }

    /// <summary>How many lies are left; null if it lies until it is healed.</summary>
    public int? Left { get; private set; }

    /// <summary>How many wrong replies or checkpoints it has given so far.</summary>
    public long Count { get; private set; }

    /// <summary>Whether a lie is sent after the replies of the other replicas.</summary>
    public bool IsLate => Kind == LieKind.Late;

    /// <summary>Whether the digest of the present state must be wrong.</summary>
    public bool IsAboutState => Kind == LieKind.State;

    /// <summary>Begins to lie, and ends an earlier lie.</summary>
    /// <param name="kind">The kind of the lies.</param>
    /// <param name="count">How many lies to tell; null to lie until <see cref="End"/>.</param>
    public void Begin(LieKind kind, int? count)
    {
        End();
        (Kind, Left) = (kind, count);
        if (kind == LieKind.Stale)
            _stale = truth.CopyState();
    }

    /// <summary>Stops lying. Wrong replies that were given are still repeated.</summary>
    public void End()
    {
        (Kind, Left) = (null, null);
        _stale?.Dispose();
        _stale = null;
    }

    /// <summary>
    /// The wrong reply to send instead of a right one; null to send the right one. A lie that makes no difference is
    /// not told and not counted.
    /// </summary>
    public ToldReply? InsteadOf(ReplyMessage reply)
    {
        if (_told.TryGetValue(reply.Seq, out var before))
            return before;
        if (Kind is null or LieKind.State || truth.FindReply(reply.Key, reply.Seq) is not { } right || MakeFalse(right) is not { } wrong)
            return null;
        var bytes = ReplyCodec.Encode(wrong);
        if (Kind != LieKind.Number && bytes.AsSpan().SequenceEqual(right.Result))
            return null;
        var told = new ToldReply(bytes, Digest.Of(bytes), LieKinds.IsFoundByManagers(Kind.Value), IsMisnumbered: Kind == LieKind.Number);
        Remember(reply.Seq, told);
        CountOne();
        return told;
    }

    /// <summary>The wrong reply to give as the stored reply of a number; null to give the right one.</summary>
    public ToldReply? StoredInsteadOf(SequenceNumber seq) => _told.TryGetValue(seq, out var told) && told.IsStored ? told : null;

    /// <summary>
    /// Whether the digest of a checkpoint must be wrong. A wrong digest stays wrong for
    /// everyone who asks, now and later.
    /// </summary>
    public bool IsFalseCheckpoint(long sequence)
    {
        if (_falseCheckpoints.Contains(sequence))
            return true;
        if (!IsAboutState)
            return false;
        _falseCheckpoints.Add(sequence);
        _checkpointOrder.Enqueue(sequence);
        if (_checkpointOrder.Count > RememberedMax)
            _falseCheckpoints.Remove(_checkpointOrder.Dequeue());
        CountOne();
        return true;
    }

    public void Dispose() => _stale?.Dispose();

    private Reply? MakeFalse(TrueReply right)
    {
        if (Kind == LieKind.Stale)
        {
            return log.Read(right.Seq) is { } entry && CommandCodec.TryDecode(entry.Request.Payload.Span, out var command)
                ? _stale!.Execute(command!)
                : null;
        }

        if (!ReplyCodec.TryDecode(right.Result, out var reply))
            return null;
        return Kind switch
        {
            LieKind.Outcome => FalseReply.WithOtherOutcome(reply!),
            LieKind.Field => FalseReply.WithOtherField(reply!),
            // Only a write can have a wrong number: the number of a read may be any under which it was executed.
            LieKind.Number => FalseReply.WithOtherOutcome(reply!) is null ? null : reply,
            _ => FalseReply.Any(reply!),
        };
    }

    private void Remember(SequenceNumber seq, ToldReply told)
    {
        _told.Add(seq, told);
        _toldOrder.Enqueue(seq);
        if (_toldOrder.Count > RememberedMax)
            _told.Remove(_toldOrder.Dequeue());
    }

    private void CountOne()
    {
        Count++;
        if (Left is not { } left)
            return;
        Left = left - 1;
        if (Left == 0)
            End();
    }
}
