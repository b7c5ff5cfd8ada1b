using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Replica.State.Sessions;

namespace Dams.Replica.Core;

/// <summary>
/// Decides the reply to each ordered request. The version executes each request key once; a repeat gets the first
/// reply. A version that throws is answered for with an internal error.
/// </summary>
internal sealed class RequestExecutor(ReplicatedState state, int clientSessionsMax)
{
    private readonly SessionWindow _window = new(clientSessionsMax);

    /// <summary>How often the version has thrown.</summary>
    public long Failures { get; private set; }

    /// <summary>The last exception that the version threw; null if there was none.</summary>
    public EngineFailure? LastFailure { get; private set; }

    /// <summary>
    /// How far back in time from <paramref name="time"/> the requests of clients are remembered. Null while all are
    /// remembered, or while the oldest ones come from a snapshot.
    /// </summary>
    /// <param name="time">The time of the last executed entry, by the sequencer's clock.</param>
    public TimeSpan? WindowAt(long time) =>
        state.Sessions.ClientRows < clientSessionsMax ? null : _window.Reach(state.Sessions.OldestClientSeq, time);

    /// <summary>The reply to the write that was executed as an entry; null if that was no write, or is forgotten.</summary>
    public StoredReply? FindReply(SequenceNumber seq) => state.Sessions.Find(seq) is { } row ? StoredReply.Of(row) : null;

    /// <summary>The reply to a request, if it is a write that was executed as this entry and is still remembered.</summary>
    public StoredReply? FindReply(RequestKey key, SequenceNumber seq) =>
        state.Sessions.Find(key) is { } row && row.Seq == seq ? StoredReply.Of(row) : null;

    /// <summary>
    /// Executes a request. The version never sees a skipped request. In all else, a skipped request is treated as if
    /// the version had answered it with an internal error.
    /// </summary>
    public StoredReply Execute(Entry entry, bool isSkipped)
    {
        var request = entry.Request;
        if (!state.Sessions.Admit(request))
            return StoredReply.Of(entry, new RefusedReply(Refusal.SessionRetired));
        if (state.Sessions.Find(request.Key) is { } row)
        {
            return row.Digest == request.Digest
                ? StoredReply.Of(row)
                : StoredReply.Of(entry, new RefusedReply(Refusal.RequestIdReused));
        }

        if (!CommandCodec.TryDecode(request.Payload.Span, out var command) || CommandCodec.OpcodeOf(command!) != request.Opcode)
            return StoredReply.Of(entry, new RefusedReply(Refusal.InternalError));
        var reply = StoredReply.Of(entry, isSkipped ? new RefusedReply(Refusal.InternalError) : Ask(command!, entry.Seq));
        if (command!.IsWrite)
            AddSession(entry, reply);
        return reply;
    }

    /// <summary>
    /// Asks the version. If it throws, it has changed nothing, by its contract, and the reply is an internal error. A
    /// version that is wrong in this way is outvoted like any other wrong version. Exceptions that show a broken
    /// process are not caught here; they end the loop.
    /// </summary>
    /// <param name="seq">The entry that is being executed; for a read that was not ordered, the last executed entry.</param>
    public Reply Ask(Command command, SequenceNumber seq)
    {
        try
        {
            return state.Execute(command);
        }
        catch (Exception exception) when (EngineFailure.IsOfVersion(exception))
        {
            Failures++;
            LastFailure = new EngineFailure(seq, command, exception);
            return new RefusedReply(Refusal.InternalError);
        }
    }

    private void AddSession(Entry entry, StoredReply reply)
    {
        state.Sessions.Add(new SessionRow(reply.Key, reply.RequestDigest, entry.Seq, reply.Result));
        if (reply.Key.IsClientMade)
            _window.OnAdded(entry, state.Sessions.OldestClientSeq);
    }
}
