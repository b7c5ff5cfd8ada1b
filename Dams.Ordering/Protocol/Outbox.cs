using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>A message that a core wants to send, with its receiver and the epoch for the datagram's header.</summary>
public readonly record struct Outgoing(NodeId To, Epoch Epoch, Message Message);

/// <summary>
/// The effects of a core outside of it: messages to send, and flushes to make. The core appends them, and the shell
/// takes them all after each batch of inputs. Single-threaded.
/// </summary>
public sealed class Outbox
{
    private readonly List<Outgoing> _messages = [];

    /// <summary>The messages that wait to be sent, in order.</summary>
    public IReadOnlyList<Outgoing> Messages => _messages;

    /// <summary>How far the shell must flush: the highest number that a log write returned; 0 if no flush is wanted.</summary>
    public long FlushWanted { get; private set; }

    /// <summary>Adds a message.</summary>
    public void Send(NodeId to, Epoch epoch, Message message) => _messages.Add(new Outgoing(to, epoch, message));

    /// <summary>Asks for a flush of the log up to a write.</summary>
    public void WantFlush(long write) => FlushWanted = Math.Max(FlushWanted, write);

    /// <summary>Forgets the messages, after the shell has sent them.</summary>
    public void ClearMessages() => _messages.Clear();

    /// <summary>Returns <see cref="FlushWanted"/> and sets it to 0.</summary>
    public long TakeFlush()
    {
        var wanted = FlushWanted;
        FlushWanted = 0;
        return wanted;
    }
}
