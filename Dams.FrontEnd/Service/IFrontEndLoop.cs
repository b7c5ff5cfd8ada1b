using Dams.Ordering;

namespace Dams.FrontEnd.Service;

/// <summary>The way into the coordinator's loop. For any thread.</summary>
internal interface IFrontEndLoop
{
    /// <summary>Brings a call into the loop; false if its queue is full.</summary>
    bool TryCall(long call, RequestKey? key, byte opcode, ReadOnlyMemory<byte> payload);
}
