using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// The SYNCs of the active sequencer, which show that it lives. It decides when they are due, and who gets them.
/// </summary>
internal sealed class Heartbeat(GroupOptions options, byte id, Outbox outbox)
{
    /// <summary>When the next SYNC is due; <see cref="Instant.Never"/> while the sequencer is not active.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>The next SYNC is due one interval from now.</summary>
    public void Schedule(Instant now) => NextDeadline = now + options.SyncInterval;

    public void End() => NextDeadline = Instant.Never;

    /// <summary>
    /// SYNC goes to every seat, in the view or not. A new incarnation learns from it that it has to join, an old one
    /// that it has left.
    /// </summary>
    public void Send(Sync sync, Epoch epoch)
    {
        foreach (var member in options.Members)
            outbox.Send(options.Member(member), epoch, sync);
        foreach (var sequencer in options.Sequencers.Where(sequencer => sequencer != id))
            outbox.Send(NodeId.Sequencer(sequencer), epoch, sync);
        foreach (var frontEnd in options.FrontEnds)
            outbox.Send(NodeId.FrontEnd(frontEnd), epoch, sync);
        if (options.Group != GroupId.Replicas)
            return;
        foreach (var manager in options.Members)
            outbox.Send(NodeId.Manager(manager), epoch, sync);
    }
}
