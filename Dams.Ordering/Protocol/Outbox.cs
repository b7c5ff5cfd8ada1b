using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>A message that a core wants sent.</summary>
/// <param name="To">Where.</param>
/// <param name="Epoch">For the datagram's header.</param>
/// <param name="Message">What.</param>
public readonly record struct Outgoing(NodeId To, Epoch Epoch, Message Message);

/// <summary>
/// The effects of a core that leave the process. The core appends; the shell takes everything after each batch of inputs. One thread.
/// </summary>
public sealed class Outbox
{
    private readonly List<Outgoing> _messages = [];

    /// <summary>What waits to be sent, in order.</summary>
    public IReadOnlyList<Outgoing> Messages => _messages;

    /// <summary>The flush that the shell must make: the highest number that a log write returned, or 0.</summary>
    public long FlushWanted { get; private set; }

    /// <summary>Adds a message.</summary>
    public void Send(NodeId to, Epoch epoch, Message message) => _messages.Add(new Outgoing(to, epoch, message));

    /// <summary>Asks for a flush of the log up to a write.</summary>
    public void WantFlush(long write) => FlushWanted = Math.Max(FlushWanted, write);

    /// <summary>Forgets the messages, after the shell has sent them.</summary>
    public void ClearMessages() => _messages.Clear();

    /// <summary>Takes the wish for a flush.</summary>
    public long TakeFlush()
    {
        var wanted = FlushWanted;
        FlushWanted = 0;
        return wanted;
    }
}

/// <summary>
/// Anything that the shell can run: a pure, single-threaded state machine over messages, flushes and time. Spurious timer calls are harmless.
/// </summary>
public interface IProtocol
{
    /// <summary>Takes one authenticated message.</summary>
    void OnMessage(in Envelope envelope, Message message, Instant now);

    /// <summary>The log is durable up to a write number. Never called by shells of cores without a log.</summary>
    void OnFlushed(long write, Instant now);

    /// <summary>Time has passed: do what is due.</summary>
    void OnTimer(Instant now);

    /// <summary>The batch of inputs is over: write what was collected, send what was put off. The shell calls it after each batch, then flushes and sends.</summary>
    void OnBatchEnd(Instant now);

    /// <summary>When <see cref="OnTimer"/> wants to be called next.</summary>
    Instant NextDeadline { get; }
}
