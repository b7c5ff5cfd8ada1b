using System.Net;
using System.Net.Sockets;
using Dams.Hosting.Cluster;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Transport;

namespace Dams.Lab;

/// <summary>The numbers of datagrams since the start, by what happened to them.</summary>
/// <param name="Taken">Received datagrams.</param>
/// <param name="Passed">Datagrams that were sent on, duplicates included.</param>
/// <param name="Lost">Datagrams that were dropped: by a fault, because too many waited, or because sending failed.</param>
/// <param name="Duplicated">Datagrams that were sent twice.</param>
/// <param name="Corrupted">Datagrams that were changed.</param>
public sealed record ProxyCounters(long Taken, long Passed, long Lost, long Duplicated, long Corrupted);

/// <summary>
/// A bad network between real processes, for kernels that can't simulate one. It has a socket for each node. The others take it for the
/// node's own, and it sends on what it receives. Nodes know each other by the headers of datagrams, not by source addresses, so the proxy
/// need not hide. The header names the sender, so one socket serves all senders to a node. A datagram without a header of a known node
/// passes untouched; the receiver decides about it. For any thread; the proxy has one thread per node, and one for delayed datagrams.
/// </summary>
public sealed class UdpProxy : IDisposable
{
    private readonly Dictionary<NodeId, Port> _ports = [];
    private readonly DelayLine _delays = new(static () => Environment.TickCount64);
    private readonly int _seed;
    private volatile NetworkFaults _faults = NetworkFaults.None;
    private long _taken;
    private long _passed;
    private long _lost;
    private long _duplicated;
    private long _corrupted;

    /// <summary>Binds the sockets and begins to pass datagrams on.</summary>
    /// <param name="seed">Determines the fates of the datagrams.</param>
    /// <param name="routes">For each node: where to receive its datagrams (port 0 for any port), and where to send them on.</param>
    /// <exception cref="SocketException">An address can't be bound.</exception>
    public UdpProxy(int seed, IEnumerable<(NodeId Node, IPEndPoint Listen, IPEndPoint Target)> routes)
    {
        _seed = seed;
        try
        {
            foreach (var (node, listen, target) in routes)
                _ports.Add(node, new Port(this, node, listen, target));
        }
        catch
        {
            Dispose();
            throw;
        }

        // Start them only now, when all are known: each port looks up senders among all ports.
        foreach (var port in _ports.Values)
            port.Start();
    }

    /// <summary>Opens the proxy between all processes of a cluster, at their lab ports.</summary>
    /// <exception cref="SocketException">A lab port can't be bound.</exception>
    public static UdpProxy Between(ClusterTopology topology, int seed) =>
        new(seed, topology.Nodes.Select(node => (node.Id, LabPorts.Of(node).ToEndPoint(), node.Listen.ToEndPoint())));

    /// <summary>The faults of the network; may be changed at any time.</summary>
    public NetworkFaults Faults
    {
        get => _faults;
        set => _faults = value;
    }

    /// <summary>The numbers of datagrams so far.</summary>
    public ProxyCounters Counters => new(Interlocked.Read(ref _taken), Interlocked.Read(ref _passed), Interlocked.Read(ref _lost),
        Interlocked.Read(ref _duplicated), Interlocked.Read(ref _corrupted));

    /// <summary>The addresses where the proxy receives each node's datagrams.</summary>
    internal IReadOnlyDictionary<NodeId, IPEndPoint> EndPoints => _ports.ToDictionary(port => port.Key, port => port.Value.EndPoint);

    /// <summary>Closes the sockets; waiting datagrams are lost.</summary>
    public void Dispose()
    {
        foreach (var port in _ports.Values)
            port.Dispose();
        _delays.Dispose();
    }

    /// <summary>One node's socket. All members but <see cref="Dispose"/> and <see cref="Send"/> are for its own thread.</summary>
    private sealed class Port : IDisposable
    {
        private const int ReceiveBufferBytes = 4 * 1024 * 1024;

        private readonly UdpProxy _proxy;
        private readonly NodeId _node;
        private readonly Socket _socket;
        private readonly SocketAddress _target;
        private readonly Thread _receiver;
        private readonly Dictionary<NodeId, (LinkDice Dice, NetworkFaults Of, LinkFaults Faults)> _links = [];
        private volatile bool _closed;

        public Port(UdpProxy proxy, NodeId node, IPEndPoint listen, IPEndPoint target)
        {
            _proxy = proxy;
            _node = node;
            _target = target.Serialize();
            _socket = new Socket(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = ReceiveBufferBytes };
            _receiver = new Thread(Receive) { IsBackground = true, Name = $"lab {node}" };
            try
            {
                _socket.Bind(listen);
                EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
            }
            catch
            {
                _socket.Dispose();
                throw;
            }
        }

        public IPEndPoint EndPoint { get; }

        public void Start() => _receiver.Start();

        public void Dispose()
        {
            _closed = true;
            _socket.Dispose();
            if (_receiver.IsAlive)
                _receiver.Join();
        }

        private void Receive()
        {
            var buffer = new byte[ushort.MaxValue];
            var from = new SocketAddress(_socket.AddressFamily);
            while (!_closed)
            {
                try
                {
                    Take(buffer.AsSpan(0, _socket.ReceiveFrom(buffer, SocketFlags.None, from)));
                }
                catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
                {
                    // This socket is closed; or the node's port is closed, and the kernel reports that for an earlier datagram.
                }
            }
        }

        private void Take(Span<byte> datagram)
        {
            Interlocked.Increment(ref _proxy._taken);
            if (DatagramHeader.TryRead(datagram, out var header) != DropReason.None || !_proxy._ports.ContainsKey(header.Sender))
            {
                Send(datagram);
                return;
            }

            var (dice, faults) = LinkFrom(header.Sender);
            var fate = dice.Throw(faults, datagram.Length);
            if (fate.IsLost)
            {
                Interlocked.Increment(ref _proxy._lost);
                return;
            }

            if (fate.TurnedBit is { } bit)
            {
                datagram[bit / 8] ^= (byte)(1 << (bit % 8));
                Interlocked.Increment(ref _proxy._corrupted);
            }

            SendLater(datagram, fate.Delay);
            if (fate.DuplicateDelay is not { } again)
                return;
            Interlocked.Increment(ref _proxy._duplicated);
            SendLater(datagram, again);
        }

        private (LinkDice Dice, LinkFaults Faults) LinkFrom(NodeId sender)
        {
            var now = _proxy._faults;
            if (!_links.TryGetValue(sender, out var link) || !ReferenceEquals(link.Of, now))
            {
                link = (link.Dice ?? new LinkDice(_proxy._seed, sender, _node), now, now.Between(sender, _node));
                _links[sender] = link;
            }

            return (link.Dice, link.Faults);
        }

        private void SendLater(ReadOnlySpan<byte> datagram, TimeSpan delay)
        {
            if (delay < TimeSpan.FromMilliseconds(1))
                Send(datagram);
            else if (!_proxy._delays.TryAdd(datagram.ToArray(), delay, bytes => Send(bytes)))
                Interlocked.Increment(ref _proxy._lost);
        }

        private void Send(ReadOnlySpan<byte> datagram)
        {
            try
            {
                _socket.SendTo(datagram, SocketFlags.None, _target);
                Interlocked.Increment(ref _proxy._passed);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Lost, as on a real network.
                Interlocked.Increment(ref _proxy._lost);
            }
        }
    }
}
