using Dams.Ordering;
using Dams.Ordering.Storage;
using NUnit.Framework;

namespace Dams.Tests.Ordering.Storage;

/// <summary>The files of a log: how large they are, when the next is made, and what if one goes.</summary>
internal sealed class DurableLogFileTests
{
    private LogFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new LogFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void A_new_log_begins_with_a_small_segment_and_the_next_is_prepared_when_it_is_half_full()
    {
        var options = _folder.Options(segmentBytes: 64 * 1024) with { FirstSegmentBytes = 8 * 1024 };
        var spare = Path.Combine(_folder.Path, "spare.tmp");
        using (var log = DurableLog.Open(options))
        {
            Assert.That((log.BytesOnDisk, File.Exists(spare)), Is.EqualTo((8 * 1024, false)));
            while (log.End.Offset <= 4 * 1024)
            {
                Assert.That(File.Exists(spare), Is.False);
                log.Write(SampleEntries.After(log, 1).Batch());
            }

            Assert.That(() => File.Exists(spare), Is.True.After(5000, 5));
            while (log.SegmentCount == 1)
                log.Write(SampleEntries.After(log, 1).Batch());
            Assert.That((log.BytesOnDisk, File.Exists(spare)), Is.EqualTo((72 * 1024, false)));
        }

        using var again = DurableLog.Open(options);
        Assert.That((again.SegmentCount, again.BytesOnDisk), Is.EqualTo((2, 72 * 1024)));
    }

    [TestCase(Durability.Disk, true)]
    [TestCase(Durability.Disk, false)]
    [TestCase(Durability.Memory, true)]
    public void Nothing_is_called_durable_in_a_file_that_was_deleted_or_moved_away(Durability durability, bool isDeleted)
    {
        using var log = DurableLog.Open(_folder.Options(durability: durability));
        log.Write(SampleEntries.After(log, 2).Batch());
        log.Flush();
        var file = _folder.Segments().Single();
        if (isDeleted)
            File.Delete(file);
        else
            File.Move(file, file + ".away");
        log.Write(SampleEntries.After(log, 1).Batch());
        var flushed = log.Flushed;
        Assert.That(log.Flush, Throws.InstanceOf<LogFailedException>().With.Message.Contain(file));
        Assert.That(log.Flushed, Is.EqualTo(flushed));
        Assert.That(() => log.Write(SampleEntries.After(log, 1).Batch()), Throws.InstanceOf<LogFailedException>());
    }
}
