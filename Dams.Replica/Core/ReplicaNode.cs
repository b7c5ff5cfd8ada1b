using Dams.Contracts.Engines;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>A whole replica without its shell: the group member and the state machine that it feeds. What the simulator runs is this very class.</summary>
internal sealed class ReplicaNode : IProtocol, IReplySink
{
    private readonly Outbox _outbox;
    private readonly ReplicaCoreOptions _options;
    private readonly byte _engineNumber;

    /// <summary>
    /// A replica over its log, from a snapshot on if there is one: look at <see cref="Refused"/> before it is started. The consumer that the member feeds is
    /// the core itself, or what the caller puts around it. A caller that restores the core by itself says only where the snapshot was.
    /// </summary>
    public ReplicaNode(GroupOptions group, byte id, IMemberLog log, Outbox outbox, IAppointmentEngine engine, byte engineNumber,
        ReplicaCoreOptions options, ulong seed, Func<ReplicaCore, IEntryConsumer>? around = null, SnapshotContent? snapshot = null, SnapshotPosition? restored = null,
        IExecutionMark? mark = null)
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

    /// <summary>Why the snapshot is not used: then this replica is not to be started. Null if it is, or there was none.</summary>
    public SnapshotRefused? Refused { get; }

    /// <summary>The state machine.</summary>
    public ReplicaCore Core { get; }

    /// <summary>The group member.</summary>
    public GroupMember Member { get; }

    /// <inheritdoc/>
    public Instant NextDeadline => Member.NextDeadline;

    /// <summary>Replays what is known to be committed. Call once.</summary>
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
        // A replica that is far behind executes what the front end has long been told by others.
        if (Member.CommitSeq - Core.Executed <= _options.ReplyWhenBehindMax)
            Send(reply, frontEnd);
    }

    /// <summary>Sends a reply again, or says that it is gone, so that the sequencer orders the repeat.</summary>
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
        _outbox.Send(NodeId.FrontEnd(frontEnd), Member.Installed.Epoch, new ReplyMessage(reply.Key, reply.Seq, Member.Incarnation, Core.Executed,
            _engineNumber, reply.RequestDigest, reply.ResultDigest, fits ? reply.Result : ReadOnlyMemory<byte>.Empty, fits));
    }
}
