using Dams.Contracts.Management;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Service;

/// <summary>
/// Brings calls into the coordinator's loop. Sends its reports to the managers, and has bodies fetched that don't fit a datagram. For
/// any thread, unless a method says otherwise.
/// </summary>
internal sealed class FrontEndLoop(
    RequestCoordinator coordinator, RequestSubmitter managers, ProtocolDriver driver, BodyFetcher bodies) : IFrontEndLoop
{
    /// <inheritdoc/>
    public bool TryCall(long call, RequestKey? key, byte opcode, ReadOnlyMemory<byte> payload) =>
        driver.Post(now => coordinator.OnCall(call, key, opcode, payload, now));

    /// <summary>A fault of the lab: accuses a healthy replica.</summary>
    /// <returns>The result of <see cref="RequestCoordinator.OnFalseAccusation"/>.</returns>
    public Task<bool> AccuseFalselyAsync(byte replica) => driver.InvokeAsync(now => coordinator.OnFalseAccusation(replica, now));

    /// <inheritdoc/>
    public void Submit(Report report, Instant now) => managers.Submit(ReportCodec.OpcodeOf(report), ReportCodec.Encode(report), now);

    /// <inheritdoc/>
    public void FetchBody(BodyWanted wanted) => bodies.Fetch(wanted);
}
