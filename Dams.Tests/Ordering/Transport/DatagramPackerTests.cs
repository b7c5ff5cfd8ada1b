using CsCheck;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Transport;
using Dams.Tests.Ordering.Messages;

namespace Dams.Tests.Ordering.Transport;

public sealed class DatagramPackerTests
{
    private const uint Cluster = 42;

    [TestCase(DatagramHeader.DatagramBytesMax)]
    [TestCase(DatagramHeader.LoopbackDatagramBytesMax)]
    public void Messages_arrive_in_order_per_destination_and_epoch_in_datagrams_within_the_limit(int limit)
    {
        var outgoing = Gen.Select(Gen.Byte[1, 40], Gen.ULong[1, 3], MessageGen.Any, (to, epoch, message) =>
            new Outgoing(NodeId.Replica(to), new Epoch(epoch), message));
        outgoing.Array[0, 300].Sample(messages =>
        {
            var keys = KeyRing.Of(1, new byte[32]);
            using var sealer = new DatagramSealer(NodeId.Sequencer(1), new BootId(1), GroupId.Replicas, Cluster, keys);
            using var sink = new Sink(keys, limit);
            var packer = new DatagramPacker(sealer, sink, limit);
            foreach (var message in messages)
                packer.Add(message);
            packer.Flush();
            var expected = messages.GroupBy(message => (message.To, message.Epoch))
                .ToDictionary(group => group.Key, group => group.Select(message => Hex(message.Message)).ToList());
            Assert.That(sink.Arrived.Keys, Is.EquivalentTo(expected.Keys));
            foreach (var (key, list) in expected)
                Assert.That(sink.Arrived[key], Is.EqualTo(list));
        }, iter: 40);
    }

    [Test]
    public void Small_messages_to_one_destination_share_one_datagram()
    {
        var keys = KeyRing.Of(1, new byte[32]);
        using var sealer = new DatagramSealer(NodeId.Sequencer(1), new BootId(1), GroupId.Replicas, Cluster, keys);
        using var sink = new Sink(keys, DatagramHeader.DatagramBytesMax);
        var packer = new DatagramPacker(sealer, sink, DatagramHeader.DatagramBytesMax);
        var commit = new Commit(new SequenceNumber(1), new SequenceNumber(1), new SequenceNumber(1));
        var perDatagram = (DatagramHeader.DatagramBytesMax - DatagramHeader.Overhead) / MessageCodecTests.Encode(commit).Length;
        for (var i = 0; i < perDatagram; i++)
        {
            packer.Add(new Outgoing(NodeId.Replica(1), default, commit));
            packer.Add(new Outgoing(NodeId.Replica(2), default, commit));
        }

        Assert.That(sink.Count, Is.Zero);
        packer.Flush();
        Assert.That(sink.Count, Is.EqualTo(2));
        packer.Flush();
        Assert.That(sink.Count, Is.EqualTo(2), "an empty packer sends no datagram");
    }

    [Test]
    public void Packing_allocates_nothing()
    {
        var keys = KeyRing.Of(1, new byte[32]);
        using var sealer = new DatagramSealer(NodeId.Sequencer(1), new BootId(1), GroupId.Replicas, Cluster, keys);
        var packer = new DatagramPacker(sealer, new Nowhere(), DatagramHeader.DatagramBytesMax);
        var commit = new Commit(new SequenceNumber(1), new SequenceNumber(1), new SequenceNumber(1));
        var before = 0L;
        for (var round = 0; round < 1_000; round++)
        {
            if (round == 100)
                before = GC.GetAllocatedBytesForCurrentThread();
            for (byte to = 1; to <= 4; to++)
                packer.Add(new Outgoing(NodeId.Replica(to), default, commit));
            packer.Flush();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10_000));
    }

    private static string Hex(Message message) => Convert.ToHexString(MessageCodecTests.Encode(message));

    private sealed class Nowhere : IDatagramSink
    {
        public void Send(NodeId to, ReadOnlySpan<byte> datagram)
        {
        }
    }

    private sealed class Sink(KeyRing keys, int limit) : IDatagramSink, IDisposable
    {
        private readonly Dictionary<NodeId, DatagramOpener> _openers = [];

        public Dictionary<(NodeId To, Epoch Epoch), List<string>> Arrived { get; } = [];

        public int Count { get; private set; }

        public void Send(NodeId to, ReadOnlySpan<byte> datagram)
        {
            Count++;
            Assert.That(datagram.Length, Is.LessThanOrEqualTo(limit).And.GreaterThan(DatagramHeader.Overhead));
            if (!_openers.TryGetValue(to, out var opener))
            {
                var options = new DatagramOpenerOptions { Self = to, ClusterId = Cluster, Groups = [GroupId.Replicas] };
                _openers[to] = opener = new DatagramOpener(options, keys, new TransportCounters());
            }

            var reason = opener.TryOpen(datagram.ToArray(), 0, new Instant(1, 1), out var header, out var body);
            Assert.That(reason, Is.EqualTo(DropReason.None));
            if (!Arrived.TryGetValue((to, header.Epoch), out var list))
                Arrived[(to, header.Epoch)] = list = [];
            while (!body.IsEmpty)
            {
                Assert.That(MessageCodec.TryRead(ref body, out var message));
                list.Add(Hex(message!));
            }
        }

        public void Dispose()
        {
            foreach (var opener in _openers.Values)
                opener.Dispose();
        }
    }
}
