using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Requests;
using Dams.Lab;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Service;

/// <summary>
/// Looks at the coordinator, because cores neither log nor know the time of day. Puts its transitions into the journal, tells the log of
/// requests of late replies, and has it make the false accusations of the lab.
/// </summary>
internal sealed class CoordinatorObserver(
    RequestCoordinator coordinator, LabSwitches switches, CoordinatorSightings sightings, RequestLog requests) : ICoreObserver
{
    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (message is ReplyMessage reply)
            requests.OnReply(envelope.From, reply, coordinator.View);
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        if (switches.AccusedReplica is { } accused)
            coordinator.OnFalseAccusation((byte)accused, now);
        sightings.Look(coordinator, now);
    }
}
