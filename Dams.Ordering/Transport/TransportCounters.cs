namespace Dams.Ordering.Transport;

/// <summary>Counts what a node's transport has done since it started. The loop writes; any thread reads.</summary>
public sealed class TransportCounters
{
    private readonly long[] _drops = new long[(int)DropReason.NoRoom + 1];
    private long _received;
    private long _sent;
    private long _sendFailed;
    private long _unroutable;

    /// <summary>Datagrams taken from the socket, good or bad.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Datagrams handed to the network.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Datagrams that the system refused to send: no route, a full buffer. The protocol repeats what matters.</summary>
    public long SendFailed => Volatile.Read(ref _sendFailed);

    /// <summary>Datagrams to a node without an address.</summary>
    public long Unroutable => Volatile.Read(ref _unroutable);

    /// <summary>Datagrams dropped for a reason.</summary>
    public long this[DropReason reason] => Volatile.Read(ref _drops[(int)reason]);

    /// <summary>Datagrams dropped for any reason.</summary>
    internal long Dropped
    {
        get
        {
            var sum = 0L;
            for (var i = 1; i < _drops.Length; i++)
                sum += Volatile.Read(ref _drops[i]);
            return sum;
        }
    }

    internal void CountDrop(DropReason reason) => Volatile.Write(ref _drops[(int)reason], _drops[(int)reason] + 1);

    internal void CountReceived() => Volatile.Write(ref _received, _received + 1);

    internal void CountSent() => Volatile.Write(ref _sent, _sent + 1);

    internal void CountSendFailed() => Volatile.Write(ref _sendFailed, _sendFailed + 1);

    internal void CountUnroutable() => Volatile.Write(ref _unroutable, _unroutable + 1);
}
