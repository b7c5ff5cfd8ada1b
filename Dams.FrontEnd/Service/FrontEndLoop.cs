using Dams.Contracts.Management;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Service;

/// <summary>The way into the coordinator's loop, and out of it for bodies that don't fit a datagram and for reports. Called by any thread unless it says otherwise.</summary>
internal sealed class FrontEndLoop(RequestCoordinator coordinator, RequestSubmitter managers, ProtocolDriver driver, BodyFetcher bodies) : IFrontEndLoop
{
    /// <inheritdoc/>
    public bool TryCall(long call, RequestKey? key, byte opcode, ReadOnlyMemory<byte> payload) =>
        driver.Post(now => coordinator.OnCall(call, key, opcode, payload, now));

    /// <summary>A fault of the lab: accuses a replica that does its part.</summary>
    /// <returns>As <see cref="RequestCoordinator.OnFalseAccusation"/>.</returns>
    public Task<bool> AccuseFalselyAsync(byte replica) => driver.InvokeAsync(now => coordinator.OnFalseAccusation(replica, now));

    /// <inheritdoc/>
    public void Submit(Report report, Instant now) => managers.Submit(ReportCodec.OpcodeOf(report), ReportCodec.Encode(report), now);

    /// <inheritdoc/>
    public void FetchBody(BodyWanted wanted) => bodies.Fetch(wanted);
}
