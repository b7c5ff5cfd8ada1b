using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Dams.Ordering.Transport;

/// <summary>
/// One unconnected UDP socket, which the loop's own thread reads and waits on. The kernel's receive buffer is the queue
/// in front of the loop. It is bounded, drops the newest datagrams, and counts them (<see cref="ReceiveBufferDrops"/>).
/// </summary>
/// <remarks>
/// A separate thread for receiving, with a channel to the loop, was measured, too. A round trip between two processes
/// on loopback took 15 to 18 us (AutoResetEvent, monitor, ManualResetEventSlim, SemaphoreSlim) instead of 9 us. It
/// needed twice the processor time, because each datagram wakes two threads. The socket is not blocking, so the loop
/// can never hang in it. .NET's async engine is never used on it. Thread: the loop's, except for <see cref="Wake"/> and
/// the properties.
/// </remarks>
public sealed class UdpTransport : IDatagramSink, IDisposable
{
    /// <summary>
    /// The size of the socket's buffers, in bytes: room for about 1,800 datagrams of 1,200 bytes as the kernel counts
    /// them. So many may come during a flush that stalls. The kernel caps it at net.core.rmem_max.
    /// </summary>
    public const int SocketBufferBytes = 4 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly SocketWaiter _waiter;
    private readonly SocketAddress _from;
    private readonly bool _isIPv4;
    private readonly bool _isOfBothFamilies;
    private AddressBook _peers;
    private bool _readable;

    /// <summary>Binds a socket.</summary>
    /// <param name="local">Where this node listens. At all addresses of IPv6, it listens at those of IPv4, too.</param>
    /// <param name="peers">Where the others are.</param>
    /// <exception cref="EndpointUnavailableException">
    /// Another process has the endpoint, or this machine does not have its address.
    /// </exception>
    public UdpTransport(IPEndPoint local, AddressBook peers)
    {
        _isIPv4 = local.AddressFamily == AddressFamily.InterNetwork;
        _isOfBothFamilies = local.Address.Equals(IPAddress.IPv6Any);
        UsePeers(peers);
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            _socket.ReceiveBufferSize = SocketBufferBytes;
            _socket.SendBufferSize = SocketBufferBytes;
            if (_isIPv4)
                _socket.DontFragment = true;
            else
                _socket.DualMode = _isOfBothFamilies;
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

    /// <summary>The figures since the start.</summary>
    public TransportCounters Counters { get; } = new();

    /// <summary>Where this node listens. If port 0 was asked for, this has the port that the system chose.</summary>
    public IPEndPoint Local { get; }

    /// <summary>
    /// A keyed hash of the place that the last datagram came from: its address of IPv4, or the first 64 bits of one of IPv6, because a
    /// sender usually has all addresses that begin with these.
    /// </summary>
    public int SourceHash => HashOf(_from.Buffer.Span, _isIPv4);

    /// <summary>
    /// Datagrams that the kernel dropped because its buffer was full; null where the system does not say (only Linux
    /// does).
    /// </summary>
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

    /// <summary>
    /// Takes a datagram if one is there. Stops at a wake-up: datagrams behind it are for the next turn. Never waits.
    /// </summary>
    /// <param name="buffer">Space for the longest datagram. A longer one is cut, and so dropped later.</param>
    /// <param name="length">The length of the datagram.</param>
    public bool TryReceive(Span<byte> buffer, out int length)
    {
        // Without the look at Available an empty socket would cost an exception. Only the wait sees a datagram without bytes.
        while (_readable || _socket.Available > 0)
        {
            _readable = false;
            try
            {
                length = _socket.ReceiveFrom(buffer, SocketFlags.None, _from);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.MessageSize)
            {
                // The datagram is longer than the buffer. Other systems cut it silently.
                length = buffer.Length;
            }
            catch (SocketException)
            {
                // There is nothing after all, or an ICMP report about a datagram of ours came. Neither says anything about the
                // next datagram.
                continue;
            }

            // A wake-up ends this call, so nobody can keep the loop in here with wake-ups, even under the waker's own address.
            // Wake-ups from other addresses are garbage like any other.
            if (length == SocketWaiter.WakeBytes && _waiter.IsWaker(_from))
                break;
            Counters.CountReceived();
            return true;
        }

        length = 0;
        return false;
    }

    /// <inheritdoc/>
    /// <remarks>A datagram that the system refuses to send is counted and lost, as if the network had lost it.</remarks>
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
            Counters.CountSent();
        }
        catch (SocketException)
        {
            Counters.CountSendFailed();
        }
    }

    /// <summary>Sends to other addresses from now on.</summary>
    [MemberNotNull(nameof(_peers))]
    public void UsePeers(AddressBook peers) => _peers = _isOfBothFamilies ? peers.ForBothFamilies() : peers;

    /// <summary>Waits until a datagram is there, <see cref="Wake"/> is called, or the timeout has passed; at most a second.</summary>
    /// <returns>Whether a datagram is there or <see cref="Wake"/> was called.</returns>
    public bool Wait(TimeSpan timeout) => _readable = _waiter.Wait(timeout);

    /// <summary>Ends the present wait, or the next one. Any thread. It costs 3 us, so it is for a loop that sleeps.</summary>
    public void Wake() => _waiter.Wake();

    /// <summary>The hash of the place of a sender.</summary>
    /// <param name="address">The bytes of a socket address.</param>
    /// <param name="isIPv4">Whether it is one of a socket of IPv4.</param>
    internal static int HashOf(ReadOnlySpan<byte> address, bool isIPv4)
    {
        const int ofIPv4 = 4;
        const int ofIPv6 = 8;
        var hash = default(HashCode);
        hash.AddBytes(
            isIPv4 ? address.Slice(ofIPv4, 4)
            : address[ofIPv6..].StartsWith(MappedPrefix) ? address.Slice(ofIPv6 + MappedPrefix.Length, 4)
            : address.Slice(ofIPv6, 8));
        return hash.ToHashCode();
    }

    // A sender of IPv4 has this before its address, if it sends to a socket of both families.
    private static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    /// <summary>Closes the socket. Call it after the loop has ended.</summary>
    public void Dispose()
    {
        _waiter.Dispose();
        _socket.Dispose();
    }
}
