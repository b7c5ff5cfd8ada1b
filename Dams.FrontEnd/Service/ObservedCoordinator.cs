using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Lab;
using Dams.FrontEnd.Requests;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Service;

/// <summary>
/// Wraps the coordinator, because cores neither log nor know the time of day. Puts its transitions into the journal, keeps its last
/// requests for display, and has it make the false accusations of the lab.
/// </summary>
internal sealed class ObservedCoordinator(
    RequestCoordinator coordinator, LabSwitches switches, CoordinatorSightings sightings, RequestLog requests) : IProtocol
{
    /// <inheritdoc/>
    public Instant NextDeadline => coordinator.NextDeadline;

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        coordinator.OnMessage(envelope, message, now);
        if (message is ReplyMessage reply)
            requests.OnReply(envelope.From, reply, coordinator.View);
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => coordinator.OnFlushed(write, now);

    /// <inheritdoc/>
    public void OnTimer(Instant now) => coordinator.OnTimer(now);

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        coordinator.OnBatchEnd(now);
        if (switches.AccusedReplica is { } accused)
            coordinator.OnFalseAccusation((byte)accused, now);
        sightings.Look(coordinator, now);
    }
}
