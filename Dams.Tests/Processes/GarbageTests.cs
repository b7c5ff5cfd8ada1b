using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dams.Hosting.Cluster;
using Dams.Hosting.Processes;
using Dams.Ordering;
using Dams.Ordering.Transport;
using Dams.Tests.Hosting;
using Dams.Tests.Network;

namespace Dams.Tests.Processes;

/// <summary>
/// Anybody on the machine can send anything to every port. Short with every test run; <c>DAMS_GARBAGE=100000</c> sends so many datagrams to each. Prints how
/// many were looked at, and how much each process has grown.
/// </summary>
internal sealed class GarbageTests : ClusterFixture
{
    // No more at a time than the kernel keeps for a process that is busy: what it throws away harms nobody, and shows nothing.
    private const int Round = 20;
    private static readonly int s_datagramsOfEach = int.Parse(Environment.GetEnvironmentVariable("DAMS_GARBAGE") ?? "5000", CultureInfo.InvariantCulture);

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
        Assert.That(cluster.Running(), Is.EquivalentTo(before), "the same processes");
        var queues = ReceiveQueues.Of(ports.Values);
        foreach (var (id, process) in before)
        {
            var (growth, drops) = (ResidentBytes(process) - memory[id], queues[ports.Single(port => port.Key.ToString() == id.ToString()).Value].Drops);
            TestContext.Out.WriteLine($"{id,-10} {s_datagramsOfEach - drops,9:N0} datagrams looked at, grown by {growth / 1024.0 / 1024,6:F1} MiB from {memory[id] >> 20} MiB");
            Assert.That(growth, Is.LessThan(GrowthMax), $"{id} has grown from {memory[id] >> 20} MiB");
            Assert.That(drops, Is.LessThan(s_datagramsOfEach / 2), $"datagrams that never reached {id}");
        }

        await cluster.IsWholeAsync();
    }

    /// <summary>Noise, short and long; every other one has a header as a member of the cluster would write it, and no key to prove it.</summary>
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
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.ProcessId}/status")).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..^"kB".Length], CultureInfo.InvariantCulture) << 10;
    }
}
