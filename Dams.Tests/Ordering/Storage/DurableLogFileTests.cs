using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Tests.Ordering.Storage;

/// <summary>The files of a log: their sizes, when the next one is made, and what happens when one is lost or damaged.</summary>
internal sealed class DurableLogFileTests
{
    private LogFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new LogFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void The_longest_record_is_read_back_from_a_frame_and_from_a_segment_header()
    {
        var claim = new Claim(new Epoch(ulong.MaxValue), new BootId(ulong.MaxValue));
        var view = new View(new SequenceNumber(3), Enumerable.Range(1, View.MembersMax).Select(id =>
            new ViewMember((byte)id, new Incarnation(ulong.MaxValue), new SequenceNumber(2), new SequenceNumber(1))));
        var others = Enumerable.Range(1, StampRecord.OthersMax).Select(id =>
            new PeerStamp((byte)id, new Incarnation(ulong.MaxValue), new FolderStamp(uint.MaxValue - (uint)id, 7)));
        var stamps = new StampRecord(new FolderStamp(uint.MaxValue, uint.MaxValue), isConfirmed: true, others);
        var record = new MemberRecord(LogFolder.Incarnation, claim, claim, view) { Stamps = stamps };
        var entries = SampleEntries.After(SequenceNumber.Zero, Chain.Genesis, 100);
        using (var log = _folder.Open(4 * 1024))
        {
            log.Write(new LogBatch(null, [], record, SequenceNumber.Zero));
            foreach (var entry in entries)
                log.Write(new LogBatch(null, [entry], null, SequenceNumber.Zero));
            log.Flush();
            Assert.That(log.SegmentCount, Is.GreaterThan(1));
        }

        using var again = _folder.Open(4 * 1024);
        Assert.That(again.Record, Is.EqualTo(record));
        Assert.That(again.Record.Stamps.Others, Is.EqualTo(stamps.Others));
    }

    [Test]
    public void A_log_begins_with_a_small_segment_and_prepares_the_next_when_half_full()
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
    public void A_flush_fails_after_the_log_file_was_deleted_or_moved(Durability durability, bool isDeleted)
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

    [Test]
    public void A_log_that_has_lost_durable_batches_is_refused()
    {
        var end = WriteFiveBatches();
        var file = _folder.Segments().Single();
        var whole = File.ReadAllBytes(file);
        foreach (var kept in new[] { LogFormat.HeaderSize, end[0], end[3], end[4] - 64 })
        {
            File.WriteAllBytes(file, [.. whole.AsSpan(0, (int)kept), .. new byte[whole.Length - (int)kept]]);
            var exception = Assert.Throws<LogCorruptException>(() => _folder.Open());
            Assert.That(exception!.Message, Does.Contain(file).And.Contain("the log was flushed up to batch 5"));
            Assert.That(File.ReadAllBytes(file).AsSpan(0, (int)kept).SequenceEqual(whole.AsSpan(0, (int)kept)), "the file is not changed");
        }

        File.WriteAllBytes(file, whole);
        using var again = _folder.Open();
        Assert.That(again.Last, Is.EqualTo(new SequenceNumber(5)));
    }

    [Test]
    public void A_torn_batch_that_was_not_flushed_is_cut_off_without_an_error()
    {
        LogFolder? crashed = null;
        try
        {
            long flushed;
            using (var log = _folder.Open())
            {
                log.Write(SampleEntries.After(log, 3).Batch());
                log.Flush();
                flushed = log.End.Offset;
                log.Write(SampleEntries.After(log, 2).Batch());
                crashed = _folder.Copy(isWithMark: true);
            }

            LogFolder.FlipBit(crashed.Segments().Single(), flushed + 40);
            using var again = crashed.Open();
            Assert.That((again.Last, again.TornTail?.Offset), Is.EqualTo((new SequenceNumber(3), flushed)));
        }
        finally
        {
            crashed?.Dispose();
        }
    }

    [Test]
    public void Without_the_flush_mark_a_torn_end_is_taken_for_a_crash()
    {
        var end = WriteFiveBatches();
        using var crashed = _folder.Copy();
        LogFolder.FlipBit(crashed.Segments().Single(), end[3] + 40);
        using var again = crashed.Open();
        Assert.That((again.Last, again.TornTail?.Offset), Is.EqualTo((new SequenceNumber(4), end[3])));
    }

    [Test]
    public void A_flush_mark_of_another_incarnation_is_ignored()
    {
        WriteFiveBatches();
        File.Delete(_folder.Segments().Single());
        var other = new Incarnation(0x99);
        using (var log = DurableLog.Open(_folder.Options() with { IncarnationOfNewFolder = other }))
            Assert.That((log.IsNew, log.Record.Incarnation), Is.EqualTo((true, other)));
        using var again = _folder.Open();
        Assert.That((again.IsNew, again.Last), Is.EqualTo((false, SequenceNumber.Zero)));
    }

    [Test]
    public void A_log_with_memory_durability_notes_nothing_as_flushed()
    {
        using var log = DurableLog.Open(_folder.Options(durability: Durability.Memory));
        log.Write(SampleEntries.After(log, 5).Batch());
        log.Flush();
        using var crashed = _folder.Copy(isWithMark: true);
        LogFolder.FlipBit(crashed.Segments().Single(), LogFormat.HeaderSize + 40);
        using var again = crashed.Open();
        Assert.That(again.Last, Is.EqualTo(SequenceNumber.Zero));
    }

    [TestCase(0, true)]
    [TestCase(512, true)]
    [TestCase(511, false)]
    [TestCase(-512, false)]
    public void A_damaged_flush_mark_is_refused_and_a_newly_made_one_is_accepted(int bytes, bool isTaken)
    {
        WriteFiveBatches();
        var mark = Path.Combine(_folder.Path, FlushMark.Name);
        var content = new byte[Math.Abs(bytes)];
        if (bytes < 0)
            content[0] = 1;
        File.WriteAllBytes(mark, content);
        if (!isTaken)
            Assert.That(() => _folder.Open(), Throws.InstanceOf<LogCorruptException>().With.Message.Contain(mark));
        else
            Assert.That(() => _folder.Open().Dispose(), Throws.Nothing);
    }

    /// <returns>The offset at which each batch ends.</returns>
    private List<long> WriteFiveBatches()
    {
        using var log = _folder.Open();
        List<long> ends = [];
        for (var i = 0; i < 5; i++)
        {
            log.Write(SampleEntries.After(log, 1).Batch());
            log.Flush();
            ends.Add(log.End.Offset);
        }

        return ends;
    }
}
