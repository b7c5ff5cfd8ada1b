using System.Globalization;
using System.Text.RegularExpressions;
using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Tests.Ordering.Storage;

public sealed class DurableLogTests
{
    private LogFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new LogFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_new_folder_gets_an_incarnation_that_stays()
    {
        Incarnation made;
        using (var log = DurableLog.Open(_folder.Options() with { IncarnationOfNewFolder = null }))
        {
            made = log.Record.Incarnation;
            Assert.That(made.Value, Is.Not.Zero);
            Assert.That(log.IsNew);
            Assert.That(log.Record, Is.EqualTo(new MemberRecord(made, default, default, View.None)));
            Assert.That((log.Base, log.Last, log.CommitHint), Is.EqualTo((SequenceNumber.Zero, SequenceNumber.Zero, SequenceNumber.Zero)));
        }

        using var again = _folder.Open();
        Assert.That(again.Record.Incarnation, Is.EqualTo(made));
        Assert.That(again.IsNew, Is.False);
    }

    [Test]
    public void Entries_and_records_are_read_back_before_and_after_a_restart()
    {
        var entries = SampleEntries.After(SequenceNumber.Zero, Chain.Genesis, 100);
        var view = new View(new SequenceNumber(3),
        [
            new ViewMember(1, new Incarnation(5), new SequenceNumber(0), default),
            new ViewMember(2, new Incarnation(6), null, new SequenceNumber(3)),
        ]);
        var record = new MemberRecord(
            LogFolder.Incarnation, new Claim(Epoch.Of(4, 2), new BootId(9)), new Claim(Epoch.Of(3, 1), new BootId(8)), view);
        using (var log = _folder.Open())
        {
            Assert.That(log.Write(new LogBatch(null, entries[..60], null, new SequenceNumber(10))), Is.EqualTo(1));
            Assert.That(log.Write(new LogBatch(null, entries[60..], record, new SequenceNumber(5))), Is.EqualTo(2));
            Assert.That(log.Flushed, Is.Zero);
            log.Flush();
            Assert.That(log.Flushed, Is.EqualTo(2));
            Verify(log);
        }

        using var again = _folder.Open();
        Assert.That(again.TornTail, Is.Null);
        Verify(again);
        Assert.That(again.Write(new LogBatch(null, [], null, SequenceNumber.Zero)), Is.EqualTo(3), "write numbers rise across restarts");

        void Verify(DurableLog log)
        {
            Assert.That(log.Last, Is.EqualTo(new SequenceNumber(100)));
            Assert.That(log.CommitHint, Is.EqualTo(new SequenceNumber(10)), "a hint never falls");
            Assert.That(log.Record, Is.EqualTo(record));
            Assert.That(log.Read(SequenceNumber.Zero), Is.Null);
            Assert.That(log.Read(new SequenceNumber(101)), Is.Null);
            foreach (var entry in entries)
                AssertSame(log.Read(entry.Seq), entry);
            foreach (var entry in Enumerable.Reverse(entries))
                AssertSame(log.Read(entry.Seq), entry);
        }
    }

    [Test]
    public void A_last_batch_torn_at_any_byte_is_cut_off_as_a_whole()
    {
        long frameStart, frameEnd;
        using (var log = _folder.Open(segmentBytes: 8 * 1024))
        {
            log.Write(SampleEntries.After(log, 3).Batch());
            log.Flush();
            frameStart = ContentLength(_folder.Segments()[0]);
            var at = new SequenceNumber(2);
            log.Write(new LogBatch(at, SampleEntries.After(at, log.Read(at)!.Chain, 3, epoch: 2), null, at));
            log.Flush();
            frameEnd = ContentLength(_folder.Segments()[0]);
        }

        frameStart = (frameStart + 7) / 8 * 8;
        Assert.That(frameEnd - frameStart, Is.GreaterThan(400));
        for (var length = frameStart; length < frameEnd; length++)
        {
            using var copy = _folder.Copy();
            using (var stream = new FileStream(copy.Segments()[0], FileMode.Open))
                stream.SetLength(length);
            for (var round = 0; round < 2; round++)
            {
                using var log = DurableLog.Open(copy.Options(8 * 1024, durability: Durability.Memory));
                Assert.That(log.Last, Is.EqualTo(new SequenceNumber(3)), $"cut at {length}");
                Assert.That(log.Read(new SequenceNumber(3))!.Epoch, Is.EqualTo(Epoch.Of(1, 1)));
                Assert.That(log.TornTail is null, Is.EqualTo(length == frameStart || round == 1), "the cut is reported once");
                if (log.TornTail is { } torn)
                {
                    Assert.That((torn.File, torn.Offset), Is.EqualTo((copy.Segments()[0], frameStart)));
                    Assert.That(torn.Bytes, Is.Positive.And.LessThanOrEqualTo(length - frameStart));
                }
            }
        }
    }

    [Test]
    public void A_frame_behind_a_torn_one_stays_lost_after_a_new_batch_is_written()
    {
        using (var log = _folder.Open())
        {
            log.Write(SampleEntries.After(log, 1).Batch());
            log.Flush();
            log.Write(SampleEntries.After(log, 1).Batch());
            log.Write(SampleEntries.After(log, 1).Batch());
            using var copy = _folder.Copy();
            var frame = (ContentLength(copy.Segments()[0]) - 512) / 3;
            LogFolder.FlipBit(copy.Segments()[0], 512 + frame + 100);
            using (var reopened = copy.Open())
            {
                Assert.That(reopened.Last, Is.EqualTo(new SequenceNumber(1)));
                reopened.Write(SampleEntries.After(reopened, 1).Batch());
            }

            using var again = copy.Open();
            Assert.That(again.Last, Is.EqualTo(new SequenceNumber(2)));
        }
    }

    [Test]
    public void Corruption_before_a_later_durable_batch_is_refused_with_file_and_offset()
    {
        using (var log = _folder.Open())
        {
            for (var i = 0; i < 5; i++)
            {
                log.Write(SampleEntries.After(log, 2).Batch());
                log.Flush();
            }
        }

        var file = _folder.Segments()[0];
        var end = ContentLength(file);
        var frame = (end - 512 + 7) / 5 / 8 * 8;

        // The fifth batch shows that the fourth is durable. The fifth alone could be a torn tail.
        for (var offset = 0L; offset < 512 + (4 * frame); offset += 13)
        {
            if (offset is >= 360 and < 512)
                continue; // These bytes are unused, but part of the checksum, which the offsets before them test.
            LogFolder.FlipBit(file, offset);
            var exception = Assert.Throws<LogCorruptException>(() => _folder.Open().Dispose(), $"at {offset}")!;
            var at = Regex.Match(exception.Message, @$"{Regex.Escape(file)} at byte (\d+):").Groups[1].Value;
            Assert.That(long.Parse(at, CultureInfo.InvariantCulture), Is.LessThanOrEqualTo(offset));
            Assert.That(exception.Message, Does.Contain("Move the whole data folder away"));
            LogFolder.FlipBit(file, offset);
        }

        using var whole = _folder.Open();
        Assert.That(whole.Last, Is.EqualTo(new SequenceNumber(10)));
    }

    [Test]
    public void Corruption_in_a_segment_that_is_not_the_last_is_refused()
    {
        using (var log = _folder.Open(segmentBytes: 4096))
        {
            for (var i = 0; i < 40; i++)
                log.Write(SampleEntries.After(log, 2).Batch());
        }

        Assert.That(_folder.Segments(), Has.Length.GreaterThan(2));
        LogFolder.FlipBit(_folder.Segments()[1], ContentLength(_folder.Segments()[1]) - 20);
        Assert.That(() => _folder.Open(4096), Throws.TypeOf<LogCorruptException>().With.Message.Contain(_folder.Segments()[1]));
    }

    [Test]
    public void A_missing_segment_is_refused()
    {
        using (var log = _folder.Open(segmentBytes: 4096))
        {
            for (var i = 0; i < 40; i++)
                log.Write(SampleEntries.After(log, 2).Batch());
        }

        using (var middle = _folder.Copy())
        {
            File.Delete(middle.Segments()[1]);
            Assert.Throws<LogCorruptException>(() => middle.Open(4096));
        }

        File.Delete(_folder.Segments()[0]);
        Assert.Throws<LogCorruptException>(() => _folder.Open(4096));
    }

    [Test]
    public void A_cut_over_several_segments_holds_after_a_restart()
    {
        List<Entry> second;
        using (var log = _folder.Open(segmentBytes: 4096, cached: 2))
        {
            for (var i = 0; i < 40; i++)
                log.Write(SampleEntries.After(log, 2).Batch());
            var at = new SequenceNumber(7);
            second = SampleEntries.After(at, log.Read(at)!.Chain, 30, epoch: 2);
            log.Write(new LogBatch(at, second, null, SequenceNumber.Zero));
            Verify(log);
        }

        using var again = _folder.Open(segmentBytes: 4096, cached: 2);
        Verify(again);

        void Verify(DurableLog log)
        {
            Assert.That(log.Last, Is.EqualTo(new SequenceNumber(37)));
            foreach (var entry in SampleEntries.After(SequenceNumber.Zero, Chain.Genesis, 7).Concat(second))
                AssertSame(log.Read(entry.Seq), entry);
        }
    }

    [Test]
    public void A_batch_larger_than_a_segment_gets_one_of_its_own_size()
    {
        using (var log = _folder.Open(segmentBytes: 4096))
        {
            log.Write(SampleEntries.After(log, 2).Batch());
            log.Write(SampleEntries.After(log, 200, payload: 800).Batch());
            log.Write(SampleEntries.After(log, 2).Batch());
            Assert.That(log.SegmentCount, Is.EqualTo(3));
        }

        using var again = _folder.Open(segmentBytes: 4096);
        Assert.That(again.Last, Is.EqualTo(new SequenceNumber(204)));
        AssertSame(again.Read(new SequenceNumber(3)), again.Read(new SequenceNumber(3))!);
    }

    [Test]
    public void Trimming_deletes_whole_segments_and_holds_after_a_restart()
    {
        using (var log = _folder.Open(segmentBytes: 4096))
        {
            for (var i = 0; i < 60; i++)
                log.Write(SampleEntries.After(log, 2).Batch());
            var before = log.SegmentCount;
            var size = log.BytesOnDisk;
            log.TrimTo(new SequenceNumber(100), log.Read(new SequenceNumber(100))!.Chain);
            Assert.That(log.SegmentCount, Is.LessThan(before));
            Assert.That(log.BytesOnDisk, Is.LessThan(size));
            Assert.That(_folder.Segments(), Has.Length.EqualTo(log.SegmentCount));
            Verify(log);
        }

        using (var again = _folder.Open(segmentBytes: 4096))
        {
            Verify(again);
            again.Write(SampleEntries.After(again, 2).Batch());
            var at = new SequenceNumber(100);
            again.Write(new LogBatch(at, SampleEntries.After(at, again.BaseChain, 4, epoch: 3), null, SequenceNumber.Zero));
        }

        using var third = _folder.Open(segmentBytes: 4096);
        Assert.That(third.Last, Is.EqualTo(new SequenceNumber(104)));
        Assert.That(third.Read(new SequenceNumber(101))!.Epoch, Is.EqualTo(Epoch.Of(3, 1)));

        static void Verify(DurableLog log)
        {
            Assert.That(log.Base, Is.EqualTo(new SequenceNumber(100)));
            Assert.That(log.Read(new SequenceNumber(100)), Is.Null);
            Assert.That(log.Read(new SequenceNumber(101))!.Previous, Is.EqualTo(log.BaseChain));
            Assert.That(log.Last, Is.EqualTo(new SequenceNumber(120)));
        }
    }

    [Test]
    public void Trimming_above_the_end_lets_a_joiners_log_begin_where_its_donors_did()
    {
        var chain = new Chain(77);
        using (var log = _folder.Open())
        {
            log.Write(SampleEntries.After(log, 2).Batch());
            log.TrimTo(new SequenceNumber(500), chain);
            Assert.That((log.Base, log.Last, log.LastChain), Is.EqualTo((new SequenceNumber(500), new SequenceNumber(500), chain)));
            log.Write(SampleEntries.After(log, 2).Batch());
        }

        using var again = _folder.Open();
        Assert.That((again.Base, again.Last, again.BaseChain), Is.EqualTo((new SequenceNumber(500), new SequenceNumber(502), chain)));
        Assert.That(again.Read(new SequenceNumber(2)), Is.Null);
    }

    [Test]
    public void An_open_log_cannot_be_opened_again()
    {
        using (_folder.Open())
        {
            var exception = Assert.Throws<LogInUseException>(() => _folder.Open());
            Assert.That(exception!.Message, Does.Contain(_folder.Path));
        }

        _folder.Open().Dispose();
    }

    [Test]
    public void A_batch_that_does_not_continue_the_log_breaks_an_invariant_and_changes_nothing()
    {
        using var log = _folder.Open();
        log.Write(SampleEntries.After(log, 2).Batch());
        Assert.Throws<InvariantBrokenException>(() => log.Write(SampleEntries.After(new SequenceNumber(3), log.LastChain, 1).Batch()));
        Assert.Throws<InvariantBrokenException>(() => log.Write(SampleEntries.After(log.Last, new Chain(1), 1).Batch()));
        Assert.Throws<InvariantBrokenException>(() => log.Write(new LogBatch(new SequenceNumber(3), [], null, SequenceNumber.Zero)));
        log.Write(SampleEntries.After(log, 1).Batch());
        Assert.That(log.Last, Is.EqualTo(new SequenceNumber(3)));
    }

    [TestCase(LogAccess.Write)]
    [TestCase(LogAccess.Flush)]
    [TestCase(LogAccess.CreateSegment)]
    [TestCase(LogAccess.Fill)]
    public void A_log_takes_nothing_more_after_one_disk_error(object failing)
    {
        var fail = false;
        var options = _folder.Options(segmentBytes: 4096) with
        {
            BeforeAccess = access =>
            {
                if (fail && access == (LogAccess)failing)
                    throw new IOException("No space left on device");
            },
        };
        SequenceNumber flushed;
        using (var log = DurableLog.Open(options))
        {
            log.Write(SampleEntries.After(log, 2).Batch());
            log.Flush();
            flushed = log.Last;
            fail = true;
            var exception = Assert.Throws<LogFailedException>(() =>
            {
                log.Write(SampleEntries.After(log, 30).Batch());
                log.Flush();
            });
            Assert.That(exception!.Message, Does.Contain("No space left"));
            fail = false;
            Assert.Throws<LogFailedException>(() => log.Write(SampleEntries.After(log, 1).Batch()));
            Assert.Throws<LogFailedException>(log.Flush);
        }

        using var again = _folder.Open(4096);
        Assert.That(again.Last, Is.GreaterThanOrEqualTo(flushed));
    }

    [Test]
    public void A_log_with_memory_durability_says_so_and_is_readable_after_the_process_ends()
    {
        using (var log = DurableLog.Open(_folder.Options(durability: Durability.Memory)))
        {
            Assert.That(log.IsDurable, Is.False);
            log.Write(SampleEntries.After(log, 50).Batch());
            log.Flush();
        }

        using var again = _folder.Open();
        Assert.That(again.IsDurable);
        Assert.That(again.Last, Is.EqualTo(new SequenceNumber(50)));
    }

    [Test]
    public void All_wrong_options_are_named_at_once()
    {
        var options = new DurableLogOptions { Folder = "", SegmentBytes = 1, FirstSegmentBytes = 1, CachedEntries = 0 };
        var exception = Assert.Throws<ArgumentException>(() => DurableLog.Open(options));
        Assert.That(
            exception!.Message,
            Does.Contain("folder").And.Contain("segment bytes").And.Contain("first segment").And.Contain("cached entries"));
    }

    private static long ContentLength(string file) => File.ReadAllBytes(file).AsSpan().LastIndexOfAnyExcept((byte)0) + 1;

    internal static void AssertSame(Entry? actual, Entry expected)
    {
        Assert.That(actual, Is.Not.Null);
        Assert.That(actual!.Chain, Is.EqualTo(expected.Chain));
        Assert.That(actual.Request, Is.EqualTo(expected.Request));
        Assert.That(
            (actual.Seq, actual.Epoch, actual.Time, actual.Kind, actual.Previous),
            Is.EqualTo((expected.Seq, expected.Epoch, expected.Time, expected.Kind, expected.Previous)));
    }
}
