using Dams.Ordering.Storage;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace Dams.Tests.Ordering.Storage;

/// <summary>The segment that is prepared ahead, on a disk that is full for a while.</summary>
internal sealed class SpareSegmentTests
{
    private const int FirstBytes = 64 * 1024;
    private const int SegmentBytes = 2 * 1024 * 1024;

    private LogFolder _folder = null!;
    private RecordingLogger _logger = null!;
    private DurableLog _log = null!;
    private volatile bool _isFull;
    private volatile bool _isStubborn;

    private string Spare => Path.Combine(_folder.Path, "spare.tmp");

    private int Failures => _logger.Lines.Count(line => line.StartsWith("Warning The next segment", StringComparison.Ordinal));

    [SetUp]
    public void OpenLog()
    {
        _folder = new LogFolder();
        _logger = new RecordingLogger();
        _isFull = _isStubborn = false;
        // Two pieces, so that one is there when the next finds no room.
        var options = _folder.Options(SegmentBytes) with { FirstSegmentBytes = FirstBytes, BeforeAccess = RefuseWhenFull };
        _log = DurableLog.Open(options, new Logger<DurableLog>(_logger));
    }

    [TearDown]
    public void DropLog()
    {
        _log.Dispose();
        _logger.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task What_was_half_prepared_when_the_disk_was_full_is_removed_and_told_of()
    {
        await FailToPrepareAsync();
        Assert.That(File.Exists(Spare), Is.False);
    }

    [Test]
    public async Task A_disk_that_has_room_again_when_the_next_segment_is_needed_is_no_failure()
    {
        await FailToPrepareAsync();
        _isFull = false;
        WriteTheNextSegment();
        Assert.That(_log.SegmentCount, Is.EqualTo(2));
        using var crashed = _folder.Copy();
        using var again = crashed.Open();
        Assert.That((again.SegmentCount, again.Last), Is.EqualTo((2, _log.Last)));
    }

    [Test]
    public async Task A_disk_that_has_room_again_is_used_before_the_next_segment_is_needed()
    {
        await FailToPrepareAsync();
        _isFull = false;
        await Eventually.IsTrueAsync(() => WriteSome() && new FileInfo(Spare) is { Exists: true, Length: SegmentBytes });
        Assert.That(_log.SegmentCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_full_disk_is_not_filled_up_at_every_batch()
    {
        await FailToPrepareAsync();
        await Eventually.IsTrueAsync(() => WriteSome() && _log.End.Offset > FirstBytes * 9 / 10);
        Assert.That(Failures, Is.InRange(2, 4));
    }

    [Test]
    public async Task A_disk_that_is_full_still_when_the_next_segment_is_needed_fails_the_log_and_keeps_its_room()
    {
        await FailToPrepareAsync();
        Assert.That(WriteTheNextSegment, Throws.InstanceOf<LogFailedException>().With.Message.Contain("No space left"));
        Assert.That(Directory.GetFiles(_folder.Path, "*.tmp"), Is.Empty);
    }

    [Test]
    public void What_cant_be_removed_does_not_hide_why_it_should_have_been()
    {
        _isFull = _isStubborn = true;
        Assert.That(WriteTheNextSegment, Throws.InstanceOf<LogFailedException>().With.Message.Contain("No space left"));
    }

    private async Task FailToPrepareAsync()
    {
        _isFull = true;
        while (_log.End.Offset <= FirstBytes / 2)
            WriteSome();
        await Eventually.IsTrueAsync(() => Failures == 1);
    }

    private bool WriteSome() => _log.Write(SampleEntries.After(_log, 5).Batch()) > 0;

    private void WriteTheNextSegment() => _log.Write(SampleEntries.After(_log, 100, payload: 800).Batch());

    private void RefuseWhenFull(LogAccess access)
    {
        if (!_isFull || access != LogAccess.Fill || new FileInfo(Spare).Length == 0)
            return;
        if (_isStubborn)
        {
            // A folder is no file that can be deleted.
            File.Delete(Spare);
            Directory.CreateDirectory(Spare);
        }

        throw new IOException("No space left on device");
    }
}
