using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Anything that the shell can run: a pure, single-threaded state machine over messages, flushes and time. Spurious
/// timer calls are harmless.
/// </summary>
public interface IProtocol
{
    /// <summary>Takes one authenticated message.</summary>
    void OnMessage(in Envelope envelope, Message message, Instant now);

    /// <summary>The log is durable up to a write number. A shell never calls this on a core without a log.</summary>
    void OnFlushed(long write, Instant now);

    /// <summary>Time has passed: the core does what is due.</summary>
    void OnTimer(Instant now);

    /// <summary>
    /// The batch of inputs is over: the core writes what it has collected, and sends what it has put off. The shell
    /// calls this after each batch, then flushes and sends.
    /// </summary>
    void OnBatchEnd(Instant now);

    /// <summary>When <see cref="OnTimer"/> wants to be called next.</summary>
    Instant NextDeadline { get; }
}
