using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Driver;

namespace Dams.FrontEnd.Service;

/// <summary>Brings calls into the loop that a driver runs. For any thread.</summary>
internal sealed class FrontEndLoop(RequestCoordinator coordinator, ProtocolDriver driver) : IFrontEndLoop
{
    /// <inheritdoc/>
    public bool TryCall(long call, RequestKey? key, byte opcode, ReadOnlyMemory<byte> payload) =>
        driver.Post(now => coordinator.OnCall(call, key, opcode, payload, now));
}
