using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dams.Hosting.Processes;
using Dams.Ordering;
using Dams.Ordering.Transport;
using Dams.Tests.Hosting;
using Dams.Tests.Network;

namespace Dams.Tests.Processes;

/// <summary>
/// Any process on the machine can send anything to every port. The test is short in a usual test run; <c>DAMS_GARBAGE=100000</c> sends
/// that many datagrams to each port. It prints how many datagrams each process has read, and how much its memory has grown.
/// </summary>
internal sealed class GarbageTests : ClusterFixture
{
    // A round fits into the kernel's receive buffer of a busy process. Datagrams that the kernel drops would test nothing.
    private const int Round = 20;
    private static readonly int s_datagramsOfEach =
        int.Parse(Environment.GetEnvironmentVariable("DAMS_GARBAGE") ?? "5000", CultureInfo.InvariantCulture);

    private const double FloodPerSecond = 10_000;
    private const int DatagramBytesMax = 65_000;
    private const long GrowthMax = 48L << 20;

    [Test]
    public async Task Garbage_on_every_port_gets_no_answer_and_does_no_harm()
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, 4, seed: 8);
        await clients.AnsweredAsync(200);
        await clients.StopAsync();
        var before = cluster.Running();
        var memory = before.ToDictionary(found => found.Key, found => ResidentBytes(found.Value));

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(cluster.Topology.FrontEnds[0].Listen.Address, 0));
        var random = new Random(9);
        var datagram = new byte[DatagramBytesMax];
        var ports = cluster.Topology.Nodes.ToDictionary(node => node.Id, node => node.Listen.ToEndPoint());
        Assert.That(ReceiveQueues.Of(ports.Values), Has.Count.EqualTo(before.Count), "every process has a port for datagrams");
        for (var sent = 0; sent < s_datagramsOfEach; sent += Round)
        {
            foreach (var (id, port) in ports)
            {
                for (var i = 0; i < Round; i++)
                    socket.SendTo(datagram.AsSpan(0, Fill(datagram, id, random)), port);
            }

            await Eventually.IsTrueAsync(() => ReceiveQueues.Of(ports.Values).Values.All(queue => queue.WaitingBytes == 0));
        }

        await clients.CheckAsync();
        Assert.That(socket.Available, Is.Zero, "bytes of an answer");
        Assert.That(cluster.Running(), Is.EquivalentTo(before), "the same processes as before");
        var queues = ReceiveQueues.Of(ports.Values);
        foreach (var (id, process) in before)
        {
            var growth = ResidentBytes(process) - memory[id];
            var drops = queues[ports.Single(port => port.Key.ToString() == id.ToString()).Value].Drops;
            TestContext.Out.WriteLine($"{id,-10} {s_datagramsOfEach - drops,9:N0} datagrams read, "
                + $"memory grown by {growth / 1024.0 / 1024,6:F1} MiB from {memory[id] >> 20} MiB");
            Assert.That(growth, Is.LessThan(GrowthMax), $"{id} has grown from {memory[id] >> 20} MiB");
            Assert.That(drops, Is.LessThan(s_datagramsOfEach / 2), $"datagrams that never reached {id}");
        }

        await cluster.IsWholeAsync();
    }

    // The garbage names the processes of the cluster as its senders, from an address outside and from the cluster's own. So it takes the
    // tokens that a restarted process needs to be heard.
    [TestCase(false)]
    [TestCase(true)]
    public async Task Calls_are_answered_and_a_restarted_replica_is_heard_under_ten_thousand_datagrams_of_garbage_a_second(bool isOutside)
    {
        var cluster = await ClusterAsync();
        await cluster.IsWholeAsync();
        var clients = await BookingClients.StartAsync(cluster, 4, seed: 9);
        await clients.AnsweredAsync(50);
        using var end = new CancellationTokenSource();
        var address = cluster.Topology.FrontEnds[0].Listen.Address;
        var flood = FloodAsync(cluster, isOutside ? IPAddress.Parse("127.255.255.1") : address, end.Token);
        await clients.AnsweredAsync(100);
        var killed = cluster.Kill("replica2").Single();
        var back = await cluster.StatusAsync(status => status.Replicas[1] is { State: "active" } replica
            && replica.ProcessId != killed.ProcessId && replica.Executed >= status.Replicas.Max(other => other.Executed) - 40);
        await clients.AnsweredAsync(100);
        await end.CancelAsync();
        var (sent, took) = await flood;
        TestContext.Out.WriteLine($"{sent:N0} datagrams in {took.TotalSeconds:F1} s, {sent / took.TotalSeconds:F0} a second");
        Assert.That(sent / took.TotalSeconds, Is.GreaterThan(FloodPerSecond * 0.7), "datagrams a second");
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        Assert.That(back.Epoch, Is.EqualTo((await cluster.IsWholeAsync()).Epoch), "no sequencer was deposed");
    }

    /// <summary>Sends garbage with headers of the cluster to all ports in turn, until it is cancelled.</summary>
    private static async Task<(long Sent, TimeSpan Took)> FloodAsync(TestCluster cluster, IPAddress from, CancellationToken end)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(from, 0));
        var random = new Random(10);
        var nodes = cluster.Topology.Nodes.ToArray();
        var ports = nodes.Select(node => node.Listen.ToEndPoint()).ToArray();
        var datagram = new byte[200];
        var began = Stopwatch.GetTimestamp();
        var sent = 0L;
        await Task.Yield();
        while (!end.IsCancellationRequested)
        {
            for (var due = Stopwatch.GetElapsedTime(began).TotalSeconds * FloodPerSecond; sent < due; sent++)
            {
                var to = (int)(sent % nodes.Length);
                random.NextBytes(datagram);
                new DatagramHeader(TrafficClass.Protocol, DatagramHeader.ClusterIdOf("dams"), GroupId.Replicas, KeyId: 1,
                    Sender: nodes[random.Next(nodes.Length)].Id, nodes[to].Id, (ushort)(datagram.Length - DatagramHeader.Overhead),
                    new BootId((ulong)random.NextInt64()), (ulong)random.NextInt64(1, long.MaxValue), default, View: 0).Write(datagram);
                socket.SendTo(datagram, ports[to]);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }

        return (sent, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>
    /// Makes short or long noise. About every other datagram has a header as a member of the cluster would write it, but is not sealed
    /// with a key of the cluster.
    /// </summary>
    private static int Fill(Span<byte> datagram, NodeId receiver, Random random)
    {
        var length = random.Next(50) == 0 ? DatagramBytesMax : random.Next(DatagramHeader.DatagramBytesMax);
        random.NextBytes(datagram[..length]);
        if (length < DatagramHeader.Overhead || random.Next(2) == 0)
            return length;
        var header = new DatagramHeader(TrafficClass.Protocol, DatagramHeader.ClusterIdOf("dams"), GroupId.Replicas, KeyId: 1,
            Sender: NodeId.Sequencer((byte)random.Next(1, 3)), receiver, (ushort)(length - DatagramHeader.Overhead),
            new BootId((ulong)random.NextInt64()), (ulong)random.Next(), new Epoch((ulong)random.Next()), View: 0);
        header.Write(datagram);
        return length;
    }

    private static long ResidentBytes(ProcessIdentity process)
    {
        const string name = "VmRSS:";
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.ProcessId}/status"))
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..^"kB".Length], CultureInfo.InvariantCulture) << 10;
    }
}
