using System.Collections.Concurrent;
using Dams.Lab;
using Dams.Tests.Hosting;

namespace Dams.Tests.Lab;

/// <summary>The datagrams that the lab's network holds back.</summary>
internal sealed class DelayLineTests
{
    [Test]
    public async Task Datagrams_are_sent_when_they_are_due_and_in_that_order()
    {
        var (now, handed) = (0L, new ConcurrentQueue<byte>());
        using var line = new DelayLine(() => Volatile.Read(ref now));
        foreach (byte delay in new byte[] { 30, 10, 20 })
            Assert.That(line.TryAdd([delay], TimeSpan.FromMilliseconds(delay), datagram => handed.Enqueue(datagram[0])));
        Volatile.Write(ref now, 20);
        await Eventually.IsTrueAsync(() => handed.Count == 2);
        Assert.That(handed, Is.EqualTo(new byte[] { 10, 20 }));
        Volatile.Write(ref now, 30);
        await Eventually.IsTrueAsync(() => handed.Count == 3);
    }

    // Once, a datagram became due between two looks at the clock, and the wait for it was negative.
    [Test]
    public async Task A_clock_that_moves_between_two_looks_does_not_stop_the_line()
    {
        var (looks, handed) = (0L, 0);
        using var line = new DelayLine(() => Interlocked.Increment(ref looks) * 6);
        for (var i = 0; i < 100; i++)
            Assert.That(line.TryAdd([1], TimeSpan.FromMilliseconds(i % 20), _ => Interlocked.Increment(ref handed)));
        await Eventually.IsTrueAsync(() => Volatile.Read(ref handed) == 100);
    }
}
