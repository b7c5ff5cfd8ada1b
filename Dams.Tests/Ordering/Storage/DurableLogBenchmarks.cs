using System.Diagnostics;
using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Tests.Ordering.Storage;

/// <summary>
/// A benchmark of the log. Every test run plays it in a small size, so that it can't rot. <c>DAMS_BENCH=1</c> plays it in
/// full, for the figures of the design.
/// </summary>
public sealed class DurableLogBenchmarks
{
    private const int Batch = 100;

    [Test]
    public void Appending_reopening_and_reading_stay_fast()
    {
        var count = Environment.GetEnvironmentVariable("DAMS_BENCH") is null ? 50_000 : 1_000_000;
        using var folder = new LogFolder();
        var options = folder.Options() with { SegmentBytes = new DurableLogOptions { Folder = "" }.SegmentBytes };
        var entries = SampleEntries.After(SequenceNumber.Zero, Chain.Genesis, count, payload: 60);
        double append, write;
        using (var log = DurableLog.Open(options))
        {
            var watch = Stopwatch.StartNew();
            var flushing = TimeSpan.Zero;
            for (var i = 0; i < count; i += Batch)
            {
                log.Write(entries.GetRange(i, Batch).Batch());
                var start = Stopwatch.GetTimestamp();
                log.Flush();
                flushing += Stopwatch.GetElapsedTime(start);
            }

            append = watch.Elapsed.TotalMicroseconds / count;
            write = append - (flushing.TotalMicroseconds / count);
        }

        var opening = Stopwatch.StartNew();
        using var again = DurableLog.Open(options);
        opening.Stop();
        Assert.That(again.Last.Value, Is.EqualTo(count));
        var reading = Stopwatch.StartNew();
        for (var seq = 1; seq <= count; seq++)
        {
            if (again.Read(new SequenceNumber(seq)) is null)
                Assert.Fail($"entry {seq} is gone");
        }

        TestContext.Out.WriteLine(
            $"{count} entries in batches of {Batch}: append {append:F2} us an entry, of which without the flush {write:F2}; "
            + $"reopen {opening.ElapsedMilliseconds} ms; read along {reading.Elapsed.TotalMicroseconds / count:F2} us an entry; "
            + $"{again.SegmentCount} segments");
        Assert.That(opening.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
    }
}
