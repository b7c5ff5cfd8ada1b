using System.Net;
using System.Net.Sockets;

namespace Dams.Tests.Network;

/// <summary>What a link does to datagrams. Probabilities are from 0 to 1.</summary>
/// <param name="Loss">Dropped.</param>
/// <param name="Duplicate">Sent twice, each with a delay of its own.</param>
/// <param name="Late">Delayed by a random part of <paramref name="LateMax"/>, so that later ones overtake it.</param>
/// <param name="Delay">What every datagram takes.</param>
/// <param name="LateMax">The longest extra delay of a late one.</param>
internal sealed record LinkFaults(double Loss, double Duplicate, double Late, TimeSpan Delay, TimeSpan LateMax)
{
    public static readonly LinkFaults None = new(0, 0, 0, TimeSpan.Zero, TimeSpan.Zero);

    public static readonly LinkFaults Cut = None with { Loss = 1 };
}

/// <summary>
/// A bad network between real processes, for kernels that have none: per direction of a link an endpoint, which the sender takes for the receiver's. Nodes
/// know each other by their datagrams' headers, not by source addresses, so it need not hide. What happens to the n-th datagram of a link depends on the
/// seed, the link and n alone; their arrival is the machine's.
/// </summary>
internal sealed class UdpProxy(int seed) : IDisposable
{
    private readonly List<Link> _links = [];

    /// <summary>Datagrams it took.</summary>
    public long Taken => _links.Sum(link => Interlocked.Read(ref link.Taken));

    /// <summary>Datagrams it sent, duplicates included.</summary>
    public long Passed => _links.Sum(link => Interlocked.Read(ref link.Passed));

    /// <summary>Opens one direction of a link.</summary>
    /// <param name="listen">Where the sender sends to; port 0 for any.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="faults">What happens to it.</param>
    public Link Add(IPEndPoint listen, IPEndPoint target, LinkFaults faults)
    {
        var link = new Link(listen, target, faults, new Random(HashCode(seed, _links.Count)));
        _links.Add(link);
        return link;
    }

    public void Dispose()
    {
        foreach (var link in _links)
            link.Dispose();
    }

    // Not System.HashCode, which differs from process to process.
    private static int HashCode(int seed, int link) => unchecked((seed * 31) + (link * 7_919));

    /// <summary>One direction. Its faults may be changed at any time.</summary>
    internal sealed class Link : IDisposable
    {
        public long Taken;
        public long Passed;

        private const int WaitingMax = 10_000;
        private readonly Socket _socket;
        private readonly SocketAddress _target;
        private readonly Random _random;
        private readonly PriorityQueue<byte[], (long Due, long Number)> _waiting = new();
        private readonly Thread _receiver;
        private readonly Thread _sender;
        private long _number;
        private bool _closed;

        public Link(IPEndPoint listen, IPEndPoint target, LinkFaults faults, Random random)
        {
            _socket = new Socket(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 * 1024 * 1024 };
            _socket.Bind(listen);
            _target = target.Serialize();
            _random = random;
            Faults = faults;
            EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
            _receiver = new Thread(Receive) { IsBackground = true, Name = "proxy in" };
            _sender = new Thread(Send) { IsBackground = true, Name = "proxy out" };
            _receiver.Start();
            _sender.Start();
        }

        public IPEndPoint EndPoint { get; }

        public LinkFaults Faults { get; set; }

        public void Dispose()
        {
            lock (_waiting)
            {
                _closed = true;
                Monitor.Pulse(_waiting);
            }

            _socket.Dispose();
            _receiver.Join();
            _sender.Join();
        }

        private void Receive()
        {
            var buffer = new byte[ushort.MaxValue];
            var from = new SocketAddress(_socket.AddressFamily);
            while (true)
            {
                int length;
                try
                {
                    length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
                }
                catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
                {
                    if (Volatile.Read(ref _closed))
                        return;
                    continue;
                }

                Interlocked.Increment(ref Taken);
                Take(buffer.AsSpan(0, length));
            }
        }

        private void Take(ReadOnlySpan<byte> datagram)
        {
            var faults = Faults;

            // Always the same number of draws, so that a datagram's fate does not hang on the faults that others met.
            var (loss, duplicate, late, again) = (_random.NextDouble(), _random.NextDouble(), _random.NextDouble(), _random.NextDouble());
            var (delay, delayAgain) = (_random.NextDouble(), _random.NextDouble());
            if (loss < faults.Loss)
                return;
            Enqueue(datagram, faults, late < faults.Late ? delay : 0);
            if (duplicate < faults.Duplicate)
                Enqueue(datagram, faults, again < faults.Late ? delayAgain : 0);
        }

        private void Enqueue(ReadOnlySpan<byte> datagram, LinkFaults faults, double late)
        {
            var due = Environment.TickCount64 + (long)(faults.Delay + (faults.LateMax * late)).TotalMilliseconds;
            lock (_waiting)
            {
                if (_waiting.Count >= WaitingMax)
                    return;
                _waiting.Enqueue(datagram.ToArray(), (due, _number++));
                Monitor.Pulse(_waiting);
            }
        }

        private void Send()
        {
            while (true)
            {
                byte[] datagram;
                lock (_waiting)
                {
                    while (true)
                    {
                        if (_closed)
                            return;
                        if (!_waiting.TryPeek(out _, out var next))
                            Monitor.Wait(_waiting);
                        else if (next.Due > Environment.TickCount64)
                            Monitor.Wait(_waiting, (int)(next.Due - Environment.TickCount64 + 1));
                        else
                            break;
                    }

                    datagram = _waiting.Dequeue();
                }

                try
                {
                    _socket.SendTo(datagram, SocketFlags.None, _target);
                    Interlocked.Increment(ref Passed);
                }
                catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
                {
                    // Lost, as on a real network.
                }
            }
        }
    }
}
