using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Replica.Engines;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>
/// A whole replica without its shell: the group member and the state machine that it feeds. The
/// simulator runs this very class.
/// </summary>
internal sealed class ReplicaProtocol : IProtocol, IReplySink
{
    private readonly Outbox _outbox;
    private readonly ReplicaCoreOptions _options;
    private readonly byte _engineNumber;

    /// <summary>
    /// Makes a replica over its log, restored from <paramref name="snapshot"/> if there is one. Check
    /// <see cref="Refused"/> before starting it. The member feeds the core, or what <paramref name="around"/> puts
    /// around the core. A caller that restores the core by itself passes only <paramref name="restored"/>, the
    /// position of its snapshot.
    /// </summary>
    public ReplicaProtocol(GroupOptions group, byte id, IMemberLog log, Outbox outbox, IAppointmentEngine engine, byte engineNumber,
        ReplicaCoreOptions options, ulong seed, Func<ReplicaCore, IEntryConsumer>? around = null, SnapshotContent? snapshot = null,
        SnapshotPosition? restored = null, IExecutionMark? mark = null)
    {
        _outbox = outbox;
        _options = options;
        _engineNumber = engineNumber;
        Core = new ReplicaCore(engine, options, this);
        if (snapshot is not null)
            Refused = Core.Restore(snapshot);
        Member = new GroupMember(group, id, log, outbox, around?.Invoke(Core) ?? Core, seed, snapshot?.Header.Position ?? restored, mark);
        Core.ResumeJoins(Member.View);
    }

    /// <summary>
    /// Why the snapshot is rejected; then this replica must not be started. Null if the snapshot is
    /// used, or if there is none.
    /// </summary>
    public SnapshotRefused? Refused { get; }

    public ReplicaCore Core { get; }

    public GroupMember Member { get; }

    /// <inheritdoc/>
    public Instant NextDeadline => Member.NextDeadline;

    /// <summary>Replays the entries that are known to be committed. Call it once.</summary>
    public void Start(Instant now) => Member.Start(now);

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (message is Resend resend)
            OnResend(envelope, resend);
        else
            Member.OnMessage(envelope, message, now);
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => Member.OnFlushed(write, now);

    /// <inheritdoc/>
    public void OnTimer(Instant now) => Member.OnTimer(now);

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now) => Member.OnBatchEnd(now);

    /// <inheritdoc/>
    public void OnReply(StoredReply reply, byte frontEnd)
    {
        // While this replica is far behind, other replicas have answered the front end long ago.
        if (Member.CommitSeq - Core.Executed <= _options.ReplyWhenBehindMax)
            Send(reply, frontEnd);
    }

    /// <summary>Sends a reply again. If it is gone, says so, so that the sequencer orders the repeat.</summary>
    private void OnResend(in Envelope envelope, Resend resend)
    {
        if (Member.State is MemberState.Halted or MemberState.Outdated || Core.Executed < resend.Seq)
            return;
        if (Core.FindReply(resend.Key, resend.Seq) is { } reply)
            Send(reply, resend.FrontEnd);
        else
            _outbox.Send(envelope.From, Member.Installed.Epoch, new Missing(resend.Key, resend.Seq));
    }

    private void Send(StoredReply reply, byte frontEnd)
    {
        var fits = reply.Result.Length <= _options.ReplyBytesMax;
        _outbox.Send(NodeId.FrontEnd(frontEnd), Member.Installed.Epoch, new ReplyMessage(
            reply.Key, reply.Seq, Member.Incarnation, Core.Executed, _engineNumber, reply.RequestDigest, reply.ResultDigest,
            fits ? reply.Result : ReadOnlyMemory<byte>.Empty, fits));
    }
}
