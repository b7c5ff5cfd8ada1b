using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Two cores of one group in one loop, which share an outbox. Both get everything, the first core first, and each
/// handles what it knows. Neither has a log.
/// </summary>
public sealed class ProtocolPair(IProtocol first, IProtocol second) : IProtocol
{
    /// <inheritdoc/>
    public Instant NextDeadline => Instant.Earlier(first.NextDeadline, second.NextDeadline);

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        first.OnMessage(envelope, message, now);
        second.OnMessage(envelope, message, now);
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now)
    {
        first.OnFlushed(write, now);
        second.OnFlushed(write, now);
    }

    /// <inheritdoc/>
    public void OnTimer(Instant now)
    {
        first.OnTimer(now);
        second.OnTimer(now);
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        first.OnBatchEnd(now);
        second.OnBatchEnd(now);
    }
}
