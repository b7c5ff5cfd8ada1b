using Dams.Contracts.Engines;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.Replica.Core;

/// <summary>A whole replica without its shell: the group member and the state machine that it feeds. What the simulator runs is this very class.</summary>
internal sealed class ReplicaNode : IProtocol
{
    /// <summary>A replica over its log. The consumer that the member feeds is the core itself, or what the caller puts around it.</summary>
    public ReplicaNode(GroupOptions group, byte id, IMemberLog log, Outbox outbox, IAppointmentEngine engine, byte engineNumber,
        IBucketObserver observer, ReplicaCoreOptions options, ulong seed, Func<ReplicaCore, IEntryConsumer>? around = null)
    {
        Core = new ReplicaCore(engine, engineNumber, observer, outbox, options);
        Member = new GroupMember(group, id, log, outbox, around?.Invoke(Core) ?? Core, seed);
        Core.Member = Member;
    }

    /// <summary>The state machine.</summary>
    public ReplicaCore Core { get; }

    /// <summary>The group member.</summary>
    public GroupMember Member { get; }

    /// <inheritdoc/>
    public Instant NextDeadline => Member.NextDeadline;

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (message is not Resend resend)
            Member.OnMessage(envelope, message, now);
        else if (Member.State != MemberState.Halted)
            Core.OnResend(envelope, resend);
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => Member.OnFlushed(write, now);

    /// <inheritdoc/>
    public void OnTimer(Instant now) => Member.OnTimer(now);

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now) => Member.OnBatchEnd(now);

    /// <summary>Replays what is known to be committed. Call once.</summary>
    public void Start(Instant now) => Member.Start(now);
}
