using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dams.Hosting.Cluster;
using Dams.Hosting.Processes;
using Dams.Ordering;
using Dams.Ordering.Transport;
using TopologyNodeId = Dams.Contracts.Topology.NodeId;

namespace Dams.Tests.Processes;

/// <summary>Anybody on the machine can send anything to every port.</summary>
internal sealed class GarbageTests : ClusterFixture
{
    private const int DatagramsOfEach = 5_000;
    private const int DatagramBytesMax = 65_000;
    private const long GrowthMax = 48L << 20;

    [Test]
    public async Task Garbage_on_every_port_is_not_answered_and_harms_nobody()
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
        foreach (var node in Enumerable.Range(0, DatagramsOfEach).SelectMany(_ => cluster.Topology.Nodes))
            Send(socket, datagram.AsSpan(0, Fill(datagram, node.Id, random)), node.Listen.ToEndPoint());

        await clients.CheckAsync();
        Assert.That(socket.Available, Is.Zero, "bytes of an answer");
        Assert.That(cluster.Running(), Is.EquivalentTo(before), "the same processes");
        foreach (var (id, process) in before)
            Assert.That(ResidentBytes(process) - memory[id], Is.LessThan(GrowthMax), $"{id} has grown from {memory[id] >> 20} MiB");
        await cluster.IsWholeAsync();
    }

    /// <summary>Noise, short and long; every other one has a header as a member of the cluster would write it, and no key to prove it.</summary>
    private static int Fill(Span<byte> datagram, TopologyNodeId receiver, Random random)
    {
        var length = random.Next(50) == 0 ? DatagramBytesMax : random.Next(DatagramHeader.DatagramBytesMax);
        random.NextBytes(datagram[..length]);
        if (length < DatagramHeader.Overhead || random.Next(2) == 0)
            return length;
        var header = new DatagramHeader(TrafficClass.Protocol, DatagramHeader.ClusterIdOf("dams"), GroupId.Replicas, KeyId: 1,
            Sender: NodeId.Sequencer((byte)random.Next(1, 3)), ClusterGroups.Of(receiver), (ushort)(length - DatagramHeader.Overhead),
            new BootId((ulong)random.NextInt64()), (ulong)random.Next(), new Epoch((ulong)random.Next()), View: 0);
        header.Write(datagram);
        return length;
    }

    private static void Send(Socket socket, ReadOnlySpan<byte> datagram, IPEndPoint target)
    {
        try
        {
            socket.SendTo(datagram, target);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // Nobody has that port for datagrams.
        }
    }

    private static long ResidentBytes(ProcessIdentity process)
    {
        const string name = "VmRSS:";
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.ProcessId}/status")).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..^"kB".Length], CultureInfo.InvariantCulture) << 10;
    }
}
