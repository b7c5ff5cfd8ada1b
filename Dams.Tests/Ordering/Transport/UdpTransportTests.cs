using System.Net;
using System.Net.Sockets;
using Dams.Ordering;
using Dams.Ordering.Transport;
using Dams.Tests.Network;

namespace Dams.Tests.Ordering.Transport;

public sealed class UdpTransportTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    [Test]
    public void A_port_in_use_is_named()
    {
        var endpoint = new IPEndPoint(TestAddresses.Next(), 8080);
        using var first = new UdpTransport(endpoint, new AddressBook([]));
        var exception = Assert.Throws<EndpointUnavailableException>(() => new UdpTransport(endpoint, new AddressBook([])));
        Assert.That(exception!.Message, Is.EqualTo($"UDP {endpoint} is in use by another process."));
        Assert.That(exception.Message, Does.Contain(endpoint.ToString()));
        var elsewhere = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 8080);
        Assert.Throws<EndpointUnavailableException>(() => new UdpTransport(elsewhere, new AddressBook([])));
    }

    [Test]
    public void Datagrams_of_every_size_arrive_and_unsendable_ones_are_counted()
    {
        var address = TestAddresses.Next();
        var book = new AddressBook(
            [new(NodeId.Replica(1), new IPEndPoint(address, 8081)), new(NodeId.Replica(2), new IPEndPoint(address, 8082))]);
        using var one = new UdpTransport(book.Nodes[NodeId.Replica(1)], book);
        using var two = new UdpTransport(book.Nodes[NodeId.Replica(2)], book);
        var buffer = new byte[ushort.MaxValue];
        foreach (var size in new[] { 2, 64, 1_200, DatagramHeader.LoopbackDatagramBytesMax })
        {
            var sent = new byte[size];
            new Random(size).NextBytes(sent);
            one.Send(NodeId.Replica(2), sent);
            two.Wait(Long);
            Assert.That(two.TryReceive(buffer, out var length));
            Assert.That(buffer.AsSpan(0, length).SequenceEqual(sent));
            Assert.That(two.TryReceive(buffer, out _), Is.False);
        }

        one.Send(NodeId.Replica(3), [1]);
        one.Send(NodeId.Replica(2), new byte[70_000]);
        Assert.That((one.Counters.Sent, one.Counters.Unroutable, one.Counters.SendFailed), Is.EqualTo((4, 1, 1)));
        Assert.That(two.Counters.Received, Is.EqualTo(4));
    }

    [Test]
    public void An_empty_datagram_does_not_hide_the_next()
    {
        var address = TestAddresses.Next();
        using var transport = new UdpTransport(new IPEndPoint(address, 8081), new AddressBook([]));
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.SendTo([], transport.Local);
        stranger.SendTo([1, 2, 3], transport.Local);
        var buffer = new byte[100];
        var lengths = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            transport.Wait(TimeSpan.Zero);
            while (transport.TryReceive(buffer, out var length))
                lengths.Add(length);
        }

        Assert.That(lengths, Is.EqualTo(new[] { 0, 3 }));
    }

    // Bug: buffers that truncate silently or keep an old tail.
    [Test]
    public void A_short_datagram_has_no_tail_of_the_longer_one_before_it()
    {
        var address = TestAddresses.Next();
        var book = new AddressBook(
            [new(NodeId.Replica(1), new IPEndPoint(address, 8081)), new(NodeId.Replica(2), new IPEndPoint(address, 8082))]);
        using var one = new UdpTransport(book.Nodes[NodeId.Replica(1)], book);
        using var two = new UdpTransport(book.Nodes[NodeId.Replica(2)], book);
        var buffer = new byte[ushort.MaxValue];
        foreach (var size in new[] { DatagramHeader.LoopbackDatagramBytesMax, 3, 1_200, 2 })
        {
            var sent = Enumerable.Repeat((byte)size, size).ToArray();
            one.Send(NodeId.Replica(2), sent);
            two.Wait(Long);
            Assert.That(two.TryReceive(buffer, out var length));
            Assert.That(buffer[..length], Is.EqualTo(sent), $"{size} bytes");
            Assert.That(two.TryReceive(buffer, out _), Is.False);
        }
    }

    [Test]
    public void A_dead_peer_is_no_error()
    {
        var address = TestAddresses.Next();
        var book = new AddressBook(
            [new(NodeId.Replica(1), new IPEndPoint(address, 8081)), new(NodeId.Replica(2), new IPEndPoint(address, 8082))]);
        using var one = new UdpTransport(book.Nodes[NodeId.Replica(1)], book);
        for (var i = 0; i < 10; i++)
        {
            one.Send(NodeId.Replica(2), [1, 2, 3]);
            one.Wait(TimeSpan.Zero);
            Assert.That(one.TryReceive(new byte[10], out _), Is.False);
        }

        Assert.That(one.Counters.Sent, Is.EqualTo(10));
    }

    [Test]
    public void A_full_receive_buffer_drops_the_newest_and_counts()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("only Linux counts the drops");
        var address = TestAddresses.Next();
        var book = new AddressBook(
            [new(NodeId.Replica(1), new IPEndPoint(address, 8081)), new(NodeId.Replica(2), new IPEndPoint(address, 8082))]);
        using var one = new UdpTransport(book.Nodes[NodeId.Replica(1)], book);
        using var two = new UdpTransport(book.Nodes[NodeId.Replica(2)], book);
        Assert.That(two.ReceiveBufferDrops, Is.Zero);
        var datagram = new byte[DatagramHeader.LoopbackDatagramBytesMax];
        for (var i = 0; i < 300; i++)
        {
            datagram[0] = (byte)i;
            one.Send(NodeId.Replica(2), datagram);
        }

        Assert.That(two.ReceiveBufferDrops, Is.Positive);
        Assert.That(two.TryReceive(datagram, out _));
        Assert.That(datagram[0], Is.Zero, "the oldest datagram is kept");
    }

    [Test]
    public void A_wake_up_ends_a_wait_and_is_no_datagram()
    {
        using var transport = new UdpTransport(new IPEndPoint(TestAddresses.Next(), 8081), new AddressBook([]));
        transport.Wake();
        Assert.That(transport.Wait(Long));
        Assert.That(transport.TryReceive(new byte[100], out _), Is.False);
        Assert.That(transport.Counters.Received, Is.Zero);
        Assert.That(transport.Wait(TimeSpan.FromMilliseconds(1)), Is.False);
    }

    [TestCase("0.0.0.0")]
    [TestCase("::1")]
    [TestCase("::")]
    public void A_wake_up_is_recognised_on_every_kind_of_address(string local)
    {
        using var transport = new UdpTransport(new IPEndPoint(IPAddress.Parse(local), 0), new AddressBook([]));
        transport.Wake();
        Assert.That(transport.Wait(Long));
        Assert.That(transport.TryReceive(new byte[100], out _), Is.False);
        Assert.That(transport.Counters.Received, Is.Zero);
    }

    // Bug: flood that looks like wake-ups.
    [Test]
    public void One_byte_datagrams_of_unknown_senders_are_received_and_counted_one_by_one()
    {
        using var transport = new UdpTransport(new IPEndPoint(TestAddresses.Next(), 8081), new AddressBook([]));
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (var i = 0; i < 500; i++)
            stranger.SendTo([0], transport.Local);
        stranger.SendTo([1, 2, 3], transport.Local);
        Assert.That(
            Enumerable.Range(0, 501).Select(_ => transport.TryReceive(new byte[100], out var length) ? length : -1),
            Is.EqualTo(Enumerable.Repeat(1, 500).Append(3)));
        Assert.That(transport.Counters.Received, Is.EqualTo(501));
    }

    [Test]
    public void A_wake_up_ends_the_turn_and_hides_no_datagram_behind_it()
    {
        using var transport = new UdpTransport(new IPEndPoint(TestAddresses.Next(), 8081), new AddressBook([]));
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (var i = 0; i < 100; i++)
            transport.Wake();
        stranger.SendTo([1, 2, 3], transport.Local);
        var turns = 0;
        for (; !transport.TryReceive(new byte[100], out _); turns++)
            Assert.That(transport.Wait(Long), "everything behind the wake-up is still there");
        Assert.That((turns, transport.Counters.Received), Is.EqualTo((100, 1)));
    }
}
