using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Tests.Ordering.Storage;

/// <summary>
/// A flush has failed, and the process has ended. The next process reads bytes that the disk may never have got, from pages
/// that the system takes for clean.
/// </summary>
internal sealed class FailedFlushTests
{
    private readonly List<long> _ends = [];
    private readonly List<LogAccess> _accesses = [];
    private LogFolder _crashed = null!;

    [SetUp]
    public void Clear()
    {
        _ends.Clear();
        _accesses.Clear();
    }

    [TearDown]
    public void DropFolder() => _crashed.Dispose();

    [TestCase(true, false)]
    [TestCase(true, true)]
    [TestCase(false, false)]
    [TestCase(false, true)]
    public void Batches_not_known_to_be_durable_are_written_again_before_the_first_flush(bool isWithMark, bool isTorn)
    {
        CrashWithTwoOfFiveFlushed(isWithMark);
        var file = _crashed.Segments().Single();
        if (isTorn)
            LogFolder.FlipBit(file, _ends[3] + 40);
        var (from, end) = (isWithMark ? (int)_ends[1] : LogFormat.HeaderSize, (int)_ends[isTorn ? 3 : 4]);
        var whole = File.ReadAllBytes(file);
        byte[]? atFlush = null;
        using var again = Open(access =>
        {
            // The disk seems to have taken nothing, so everything that is there at the flush was written since.
            if (access == LogAccess.Write)
                File.WriteAllBytes(file, new byte[whole.Length]);
            if (access != LogAccess.Flush)
                return;
            atFlush = File.ReadAllBytes(file);
            File.WriteAllBytes(file, whole);
        });
        var expected = new byte[whole.Length];
        whole.AsSpan(from..end).CopyTo(expected.AsSpan(from));
        Assert.That(atFlush.AsSpan().SequenceEqual(expected));
        Assert.That(again.Last, Is.EqualTo(new SequenceNumber(isTorn ? 4 : 5)));
    }

    [Test]
    public void Rewriting_many_bytes_does_not_change_them()
    {
        Crash(false, (log, _) => log.Write(SampleEntries.After(log, 1000, payload: 800).Batch()));
        var file = _crashed.Segments().Single();
        var whole = File.ReadAllBytes(file);
        using var again = Open();
        Assert.That(_accesses.Count(access => access == LogAccess.Write), Is.EqualTo(5), "each write has a mebibyte");
        Assert.That(File.ReadAllBytes(file).AsSpan().SequenceEqual(whole));
    }

    [Test]
    public void Batches_known_to_be_durable_are_not_written_again()
    {
        Crash(true, (log, _) =>
        {
            log.Write(SampleEntries.After(log, 1).Batch());
            log.Flush();
        });
        using var again = Open();
        Assert.That(_accesses, Is.EqualTo([LogAccess.Flush]));
    }

    [Test]
    public void After_a_start_whose_flush_fails_the_next_start_writes_again()
    {
        CrashWithTwoOfFiveFlushed(isWithMark: true);
        Assert.That(() => Open(FailToFlush), Throws.InstanceOf<LogFailedException>());
        using var again = Open();
        Assert.That(_accesses, Is.EqualTo([LogAccess.Write, LogAccess.Flush, LogAccess.Write, LogAccess.Flush]));
    }

    private static void FailToFlush(LogAccess access)
    {
        if (access == LogAccess.Flush)
            throw new IOException("Input/output error");
    }

    private void CrashWithTwoOfFiveFlushed(bool isWithMark) => Crash(isWithMark, (log, i) =>
    {
        log.Write(SampleEntries.After(log, 1).Batch());
        if (i == 1)
            log.Flush();
    });

    /// <summary>Ends a process in its fifth batch.</summary>
    private void Crash(bool isWithMark, Action<DurableLog, int> write)
    {
        using var folder = new LogFolder();
        using var log = folder.Open(8 * 1024 * 1024);
        for (var i = 0; i < 5; i++)
        {
            write(log, i);
            _ends.Add(log.End.Offset);
        }

        _crashed = folder.Copy(isWithMark);
    }

    private DurableLog Open(Action<LogAccess>? onAccess = null) => DurableLog.Open(_crashed.Options() with
    {
        BeforeAccess = access =>
        {
            // This access comes from the task that prepares the next segment, beside this thread.
            if (access == LogAccess.Fill)
                return;
            _accesses.Add(access);
            onAccess?.Invoke(access);
        },
    });
}
