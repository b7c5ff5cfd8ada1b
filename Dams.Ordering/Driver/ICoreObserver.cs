using Dams.Ordering.Messages;

namespace Dams.Ordering.Driver;

/// <summary>
/// Looks at a core that a <see cref="ProtocolDriver"/> runs, and does what the core can't do: it logs transitions, and hands
/// on what concerns files and processes. The loop calls it, so it must not wait for anything.
/// </summary>
public interface ICoreObserver
{
    /// <summary>The core has handled a message. Most observers wait for the end of the batch instead.</summary>
    void OnMessage(in Envelope envelope, Message message, Instant now)
    {
    }

    /// <summary>The core has ended a batch; what it wants to send is not sent yet.</summary>
    void OnBatchEnd(Instant now);
}
