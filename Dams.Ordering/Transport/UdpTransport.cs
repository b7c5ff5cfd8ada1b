using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Dams.Ordering.Transport;

/// <summary>
/// One unconnected UDP socket, which the loop's thread itself reads and waits on. The kernel's receive buffer is the queue in front of the
/// loop: it is bounded, drops the newest, and counts (<see cref="ReceiveBufferDrops"/>).
/// </summary>
/// <remarks>
/// A thread of its own for receiving, with a channel to the loop, was measured beside it: 15 to 18 us for a round trip between two processes on
/// loopback (AutoResetEvent, monitor, ManualResetEventSlim, SemaphoreSlim) against 9 us like this, at twice the processor time, because each datagram
/// wakes two threads. The socket is not blocking, so the loop can never hang in it; .NET's async engine is never used on it.
/// Thread: the loop's, but for <see cref="Wake"/> and the properties.
/// </remarks>
public sealed class UdpTransport : IDatagramSink, IDisposable
{
    /// <summary>
    /// Room for about 1,800 datagrams of 1,200 bytes as the kernel counts them: what comes during a flush that stalls. The kernel caps it at net.core.rmem_max.
    /// </summary>
    public const int SocketBufferBytes = 4 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly SocketWaiter _waiter;
    private readonly AddressBook _peers;
    private readonly SocketAddress _from;
    private readonly bool _isIPv4;
    private bool _readable;

    /// <summary>Binds a socket.</summary>
    /// <param name="local">Where this node listens.</param>
    /// <param name="peers">Where the others are.</param>
    /// <exception cref="EndpointUnavailableException">Another process has the endpoint, or this machine does not.</exception>
    public UdpTransport(IPEndPoint local, AddressBook peers)
    {
        _peers = peers;
        _isIPv4 = local.AddressFamily == AddressFamily.InterNetwork;
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            _socket.ReceiveBufferSize = SocketBufferBytes;
            _socket.SendBufferSize = SocketBufferBytes;
            if (_isIPv4)
                _socket.DontFragment = true;
            _socket.Bind(local);
            Local = (IPEndPoint)_socket.LocalEndPoint!;
            _waiter = new SocketWaiter(_socket, Local);
        }
        catch (SocketException exception)
        {
            _socket.Dispose();
            throw new EndpointUnavailableException(local, exception);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        _from = new SocketAddress(local.AddressFamily);
    }

    /// <summary>What it has done since it started.</summary>
    public TransportCounters Counters { get; } = new();

    /// <summary>Where this node listens, with the port that was given if 0 was asked for.</summary>
    public IPEndPoint Local { get; }

    /// <summary>A keyed hash of the address that the last datagram came from, without its port.</summary>
    public int SourceHash
    {
        get
        {
            var (start, length) = _isIPv4 ? (4, 4) : (8, 16);
            var hash = default(HashCode);
            hash.AddBytes(_from.Buffer.Span.Slice(start, length));
            return hash.ToHashCode();
        }
    }

    /// <summary>Datagrams that the kernel dropped because its buffer was full; null where the system does not say (only Linux does).</summary>
    public long? ReceiveBufferDrops
    {
        get
        {
            const int SolSocket = 1;
            const int SoMeminfo = 55;
            const int DropsAt = 8 * sizeof(uint);
            if (!OperatingSystem.IsLinux())
                return null;
            Span<byte> values = stackalloc byte[DropsAt + sizeof(uint)];
            try
            {
                return _socket.GetRawSocketOption(SolSocket, SoMeminfo, values) == values.Length
                    ? BitConverter.ToUInt32(values[DropsAt..])
                    : null;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return null;
            }
        }
    }

    /// <summary>Takes a datagram if one is there, and no wake-up before it: what is behind that is for the next turn. Never waits.</summary>
    /// <param name="buffer">Space for the longest; a longer one is cut, and so refused later.</param>
    /// <param name="length">Its length.</param>
    public bool TryReceive(Span<byte> buffer, out int length)
    {
        // Without the look at Available an empty socket would cost an exception; a datagram of no bytes is seen by the wait alone.
        while (_readable || _socket.Available > 0)
        {
            _readable = false;
            try
            {
                length = _socket.ReceiveFrom(buffer, SocketFlags.None, _from);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.MessageSize)
            {
                // Longer than the buffer; other systems cut it without a word.
                length = buffer.Length;
            }
            catch (SocketException)
            {
                // Nothing there after all, or an ICMP report about a datagram of ours: neither says anything about the next one.
                continue;
            }

            // Nobody can hold the loop in here with wake-ups, were they sent under the waker's own address; a stranger's are garbage like any other.
            if (length == SocketWaiter.WakeBytes && _waiter.IsWaker(_from))
                break;
            Counters.CountReceived(length);
            return true;
        }

        length = 0;
        return false;
    }

    /// <inheritdoc/>
    /// <remarks>What the system refuses is counted and lost, like what the network loses.</remarks>
    public void Send(NodeId to, ReadOnlySpan<byte> datagram)
    {
        if (_peers.Find(to) is not { } address)
        {
            Counters.CountUnroutable();
            return;
        }

        try
        {
            _socket.SendTo(datagram, SocketFlags.None, address);
            Counters.CountSent(datagram.Length);
        }
        catch (SocketException)
        {
            Counters.CountSendFailed();
        }
    }

    /// <summary>Waits until a datagram is there, <see cref="Wake"/> is called, or a time has passed: at most a second.</summary>
    /// <returns>Whether one of the first two happened.</returns>
    public bool Wait(TimeSpan timeout) => _readable = _waiter.Wait(timeout);

    /// <summary>Ends a wait, or the next one. Any thread; costs 3 us, so it is for a loop that sleeps.</summary>
    public void Wake() => _waiter.Wake();

    /// <summary>Closes the socket. After the loop has ended.</summary>
    public void Dispose()
    {
        _waiter.Dispose();
        _socket.Dispose();
    }
}
