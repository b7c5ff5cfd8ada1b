using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Engines;
using Dams.Hosting.Lab;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Storage;
using Dams.Replica.Core;

namespace Dams.Replica.Lab;

/// <summary>A wrong reply that was given.</summary>
/// <param name="Result">The canonical bytes.</param>
/// <param name="Digest">Their digest.</param>
/// <param name="IsStored">Whether it is also what <c>GetReply</c> gives.</param>
/// <param name="IsMisnumbered">Whether it is told under other numbers than its own.</param>
internal sealed record ToldReply(byte[] Result, Digest Digest, bool IsStored, bool IsMisnumbered = false);

/// <summary>
/// The lies of a replica: what it says is wrong, what it does and holds is right, so that it is whole again when it stops lying. What was said wrongly is
/// remembered, and said again to whoever asks again. For the replica's loop only.
/// </summary>
/// <param name="core">The replica that lies.</param>
/// <param name="log">Has the commands.</param>
/// <param name="create">Makes an engine of the replica's version.</param>
internal sealed class ReplicaLies(ReplicaCore core, IMemberLog log, Func<IAppointmentEngine> create) : IDisposable
{
    // As many as the replica keeps of its replies.
    private const int RememberedMax = 10_000;

    private readonly Dictionary<SequenceNumber, ToldReply> _told = [];
    private readonly Queue<SequenceNumber> _toldOrder = [];
    private readonly HashSet<long> _falseCheckpoints = [];
    private readonly Queue<long> _checkpointOrder = [];
    private StaleState? _stale;

    /// <summary>What it lies about; null if it doesn't.</summary>
    public LieKind? Kind { get; private set; }

    /// <summary>How many lies are left; null if it lies until it is healed.</summary>
    public int? Left { get; private set; }

    /// <summary>How many wrong replies or checkpoints it has given so far.</summary>
    public long Count { get; private set; }

    /// <summary>Whether a lie is sent after the others' replies.</summary>
    public bool IsLate => Kind == LieKind.Late;

    /// <summary>Whether the digest of the state as it is now is to be wrong.</summary>
    public bool IsAboutState => Kind == LieKind.State;

    /// <summary>Begins to lie. A lie before it ends.</summary>
    /// <param name="kind">About what.</param>
    /// <param name="count">How often; null until <see cref="End"/>.</param>
    public void Begin(LieKind kind, int? count)
    {
        End();
        (Kind, Left) = (kind, count);
        if (kind == LieKind.Stale)
            _stale = new StaleState(core.Engine, create);
    }

    /// <summary>Stops lying. What was said stays said.</summary>
    public void End()
    {
        (Kind, Left) = (null, null);
        _stale?.Dispose();
        _stale = null;
    }

    /// <summary>What is sent instead of a reply; null for the reply itself. Where the lie makes no difference there is none, and none is counted.</summary>
    public ToldReply? InsteadOf(ReplyMessage reply)
    {
        if (_told.TryGetValue(reply.Seq, out var before))
            return before;
        if (Kind is null or LieKind.State || core.FindReply(reply.Key, reply.Seq) is not { } right || MakeFalse(right) is not { } wrong)
            return null;
        var bytes = ReplyCodec.Encode(wrong);
        if (Kind != LieKind.Number && bytes.AsSpan().SequenceEqual(right.Result))
            return null;
        var told = new ToldReply(bytes, Digest.Of(bytes), LieKinds.IsFoundByManagers(Kind.Value), IsMisnumbered: Kind == LieKind.Number);
        Remember(reply.Seq, told);
        CountOne();
        return told;
    }

    /// <summary>What is given as the stored reply of a number instead of the right one; null for the right one.</summary>
    public ToldReply? StoredInsteadOf(SequenceNumber seq) => _told.TryGetValue(seq, out var told) && told.IsStored ? told : null;

    /// <summary>Whether the digest of a checkpoint is to be wrong: the same for everyone who asks, now and later.</summary>
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

    private Reply? MakeFalse(StoredReply right)
    {
        if (Kind == LieKind.Stale)
            return log.Read(right.Seq) is { } entry && CommandCodec.TryDecode(entry.Request.Payload.Span, out var command) ? _stale!.Execute(command!) : null;
        if (!ReplyCodec.TryDecode(right.Result, out var reply))
            return null;
        return Kind switch
        {
            LieKind.Outcome => FalseReply.WithOtherOutcome(reply!),
            LieKind.Field => FalseReply.WithOtherField(reply!),
            // A read's number may be any that it was executed under.
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
