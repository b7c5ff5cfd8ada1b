using System.Globalization;
using CsCheck;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Transport;
using Dams.Tests.Ordering.Messages;

namespace Dams.Tests.Ordering.Transport;

/// <summary>
/// Decoding is total: any bytes give a value or an error, and never an exception. They never cost more memory than their
/// length justifies.
/// </summary>
public sealed class DatagramFuzzTests
{
    private const uint Cluster = 42;
    private static readonly NodeId From = NodeId.Sequencer(1);
    private static readonly NodeId To = NodeId.Replica(3);

    private static readonly int Count =
        int.Parse(Environment.GetEnvironmentVariable("DAMS_FUZZ_DATAGRAMS") ?? "100000", CultureInfo.InvariantCulture);

    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("DAMS_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);

    [Test]
    public void No_bytes_make_the_opener_throw_or_grow()
    {
        var keys = KeyRing.Generate();
        var counters = new TransportCounters();
        using var sealer = new DatagramSealer(From, new BootId(9), GroupId.Replicas, Cluster, keys);
        var options = new DatagramOpenerOptions { Self = To, ClusterId = Cluster, Groups = [GroupId.Replicas] };
        using var opener = new DatagramOpener(options, keys, counters);
        var random = new Random(Seed);
        var buffer = new byte[2_000];
        var good = 0L;
        var before = 0L;
        for (var i = 0; i < Count; i++)
        {
            // The first tenth is warm-up: code is compiled and buffers are made.
            if (i == Count / 10)
                before = GC.GetAllocatedBytesForCurrentThread();
            var length = DatagramHeader.Overhead + random.Next(0, 400);
            var datagram = buffer.AsSpan(0, length);
            random.NextBytes(datagram);
            var changes = 0;
            if (i % 4 != 0)
            {
                sealer.Seal(datagram, To, new Epoch((ulong)i));
                changes = random.Next(0, 4);
                for (var change = 0; change < changes; change++)
                    datagram[random.Next(i % 4 == 1 ? DatagramHeader.Size : length)] ^= (byte)random.Next(1, 256);
                if (i % 4 == 3 && changes > 0)
                    datagram = datagram[..random.Next(length)];
            }

            try
            {
                var now = new Instant(TimeSpan.TicksPerMillisecond * i, 0);
                if (opener.TryOpen(datagram, i % 8, now, out _, out var body) == DropReason.None)
                {
                    good++;
                    Read(body);
                }
            }
            catch (Exception exception) when (exception is not AssertionException)
            {
                Assert.Fail($"DAMS_FUZZ_SEED={Seed}, datagram {i}: {exception}");
            }
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(good, Is.InRange(Count / 20, Count / 2), "about three of sixteen datagrams are whole");
        Assert.That(good + counters.Dropped, Is.EqualTo(Count));
        Assert.That(opener.PeerCount, Is.EqualTo(1), "only an authenticated sender is remembered");

        // The rest is the cipher's exceptions and the keys derived for unknown senders. The garbage collector takes both back.
        Assert.That(allocated / Count, Is.LessThan(2_000), "bytes allocated a datagram");
        Assert.That(counters[DropReason.Unauthenticated], Is.Positive);
        Assert.That(counters[DropReason.BadMagic], Is.Positive);
    }

    [Test]
    public void No_bytes_make_the_codec_throw_or_allocate_much()
    {
        // All samples are made first, so that the generator's own memory is not measured.
        var samples = new List<byte[]>();
        MessageGen.Any.Sample(message =>
        {
            lock (samples)
                samples.Add(MessageCodecTests.Encode(message));
        }, iter: 2_000);
        var random = new Random(Seed);
        var buffer = new byte[DatagramHeader.LoopbackDatagramBytesMax];
        var largest = 0L;
        for (var i = 0; i < Count; i++)
        {
            int length;
            if (i % 5 == 0)
            {
                length = random.Next(0, i % 1000 == 0 ? buffer.Length : 1_200);
                random.NextBytes(buffer.AsSpan(0, length));
                if (length > 0)
                    buffer[0] = (byte)random.Next(0, 30);
            }
            else
            {
                var sample = samples[random.Next(samples.Count)];
                sample.CopyTo(buffer, 0);
                length = sample.Length;
                for (var changes = random.Next(1, 5); changes > 0; changes--)
                    buffer[random.Next(length)] = (byte)random.Next(256);
                if (i % 5 == 1)
                    BitConverter.TryWriteBytes(buffer.AsSpan(1), (ushort)random.Next(length + 10));
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Read(buffer.AsSpan(0, length));
            }
            catch (Exception exception)
            {
                Assert.Fail($"DAMS_FUZZ_SEED={Seed}, body {i}: {exception}");
            }

            if (length <= 1_200)
                largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(largest, Is.LessThan(64 * 1024));
    }

    private static void Read(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty && MessageCodec.TryRead(ref body, out _))
        {
        }
    }
}
