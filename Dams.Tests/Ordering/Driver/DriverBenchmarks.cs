using System.Diagnostics;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Messages;

namespace Dams.Tests.Ordering.Driver;

/// <summary>
/// Benchmarks of the driver. Every test run plays them in a small size, so that they can't rot. <c>DAMS_BENCH=1</c> plays
/// them in full, for the figures of the design.
/// </summary>
public sealed class DriverBenchmarks
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly NodeId One = NodeId.Replica(1);
    private static readonly NodeId Two = NodeId.Replica(2);
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("DAMS_BENCH") is not null;

    [Test]
    public async Task A_sealed_round_trip_between_two_drivers()
    {
        var rounds = IsFull ? 100_000 : 5_000;
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        cluster.Place(Two);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var times = new List<double>(rounds);
        var start = 0L;
        var ping = new TestCore();
        ping.Message = (_, message, _) =>
        {
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            if (times.Count == rounds)
            {
                done.TrySetResult();
                return;
            }

            start = Stopwatch.GetTimestamp();
            ping.Outbox.Send(Two, default, message);
        };
        var pong = new TestCore();
        pong.Message = (_, message, _) => pong.Outbox.Send(One, default, message);
        var two = cluster.Add(Two, new DrivenCore(GroupId.Replicas, pong, pong.Outbox));
        var one = cluster.Add(One, new DrivenCore(GroupId.Replicas, ping, ping.Outbox));
        two.Start();
        one.Start();
        one.Post(_ =>
        {
            start = Stopwatch.GetTimestamp();
            ping.Outbox.Send(Two, default, new Commit(new SequenceNumber(1), new SequenceNumber(1), new SequenceNumber(1)));
        });
        await done.Task.WaitAsync(Patience);
        Report("round trip", times);
    }

    [Test]
    public async Task A_question_to_a_sleeping_loop()
    {
        var rounds = IsFull ? 50_000 : 2_000;
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        var core = new TestCore();
        var driver = cluster.Add(One, new DrivenCore(GroupId.Replicas, core, core.Outbox));
        driver.Start();
        var times = new List<double>(rounds);
        for (var i = 0; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await driver.InvokeAsync(_ => 1).WaitAsync(Patience);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        Report("InvokeAsync", times);
    }

    [Test]
    public async Task Many_messages_in_one_direction()
    {
        var count = IsFull ? 2_000_000 : 50_000;
        const int Window = 2_000;
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        cluster.Place(Two);
        var received = 0L;
        var sent = 0L;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new Commit(new SequenceNumber(1), new SequenceNumber(1), new SequenceNumber(1));
        var source = new TestCore();
        source.Message = (_, answer, _) => Fill(((Commit)answer).MaxSeq.Value);
        var sink = new TestCore();
        sink.Message = (_, _, _) => received++;
        sink.BatchEnd = _ => sink.Outbox.Send(One, default, new Commit(new SequenceNumber(received), default, default));
        cluster.Add(Two, new DrivenCore(GroupId.Replicas, sink, sink.Outbox)).Start();
        var one = cluster.Add(One, new DrivenCore(GroupId.Replicas, source, source.Outbox));
        one.Start();
        var watch = Stopwatch.StartNew();
        one.Post(_ => Fill(0));
        await done.Task.WaitAsync(Patience);
        TestContext.Out.WriteLine(
            $"one way: {watch.Elapsed.TotalMicroseconds / count:F2} us a message, "
            + $"{(double)one.Counters.Sent / count:F3} datagrams a message, "
            + $"turn at most {one.LongestTurn.TotalMilliseconds:F1} ms");

        void Fill(long arrived)
        {
            if (arrived >= count)
                done.TrySetResult();
            for (; sent < Math.Min(count, arrived + Window); sent++)
                source.Outbox.Send(Two, default, message);
        }
    }

    private static void Report(string what, List<double> times)
    {
        times.Sort();
        TestContext.Out.WriteLine(
            $"{what}: p50 {times[times.Count / 2]:F1} us, p90 {times[times.Count * 9 / 10]:F1}, "
            + $"p99 {times[times.Count * 99 / 100]:F1} ({times.Count} times)");
    }
}
