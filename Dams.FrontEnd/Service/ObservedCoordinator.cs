using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Lab;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Service;

/// <summary>The coordinator, with changes of epoch in the log, and with what the lab makes it say. Cores have no logger.</summary>
internal sealed class ObservedCoordinator(RequestCoordinator coordinator, LabSwitches switches, ILogger logger) : IProtocol
{
    private Epoch _seen;

    /// <inheritdoc/>
    public Instant NextDeadline => coordinator.NextDeadline;

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now) => coordinator.OnMessage(envelope, message, now);

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
        if (_seen == coordinator.Epoch)
            return;
        _seen = coordinator.Epoch;
        CallLog.NewEpoch(logger, _seen.ToString(), coordinator.Sequencer, coordinator.View.ToString());
    }
}
