using Dams.Ordering.Storage;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Ordering.Storage;

/// <summary>The log prepares its next segment ahead, on a disk that is full for a while.</summary>
internal sealed class SpareSegmentTests
{
    private const int FirstBytes = 64 * 1024;
    private const int SegmentBytes = 2 * 1024 * 1024;
    private const int EntriesReserve = 16 * 1024;
    private const int RecordsReserve = 4 * 1024;

    private LogFolder _folder = null!;
    private FakeLogger<DurableLog> _logger = null!;
    private DurableLog _log = null!;
    private volatile bool _isFull;
    private volatile bool _isStubborn;
    private volatile int _tries;

    private string Spare => Path.Combine(_folder.Path, "spare.tmp");

    private int Failures => _logger.Lines.Count(line => line.StartsWith("Error The next segment", StringComparison.Ordinal));

    [SetUp]
    public void OpenLog()
    {
        _folder = new LogFolder();
        _logger = new FakeLogger<DurableLog>();
        _isFull = _isStubborn = false;
        // A segment is prepared in two pieces, so that one is there when the other finds no room.
        var options = _folder.Options(SegmentBytes) with
        {
            FirstSegmentBytes = FirstBytes,
            SpareRetry = TimeSpan.FromMilliseconds(10),
            EntriesReserveBytes = EntriesReserve,
            RecordsReserveBytes = RecordsReserve,
            BeforeAccess = RefuseWhenFull,
        };
        _log = DurableLog.Open(options, _logger);
    }

    [TearDown]
    public void DropLog()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_half_prepared_segment_is_removed_and_logged_when_the_disk_is_full()
    {
        await FailToPrepareAsync();
        Assert.That(File.Exists(Spare), Is.False);
    }

    [Test]
    public async Task A_log_goes_on_if_the_disk_has_room_again_in_time()
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
    public async Task The_next_segment_is_prepared_once_there_is_room_even_without_a_write()
    {
        await FailToPrepareAsync();
        _isFull = false;
        await Eventually.IsTrueAsync(() => _log.LookForRoom() == LogRoom.Enough && _log.BytesLeft is null);
        Assert.That(new FileInfo(Spare), Has.Length.EqualTo(SegmentBytes));
        Assert.That(_log.SegmentCount, Is.EqualTo(1));
        Assert.That(_logger.Lines, Has.One.StartsWith("Information The next segment").And.EndWith("there is room again"));
    }

    [Test]
    public async Task A_full_disk_is_logged_once_however_often_the_log_retries()
    {
        await FailToPrepareAsync();
        var before = _tries;
        await Eventually.IsTrueAsync(() => WriteSome() && _log.End.Offset > FirstBytes * 9 / 10);
        await Eventually.IsTrueAsync(() => _log.LookForRoom() != LogRoom.Enough && _tries > before + 2);
        Assert.That(Failures, Is.EqualTo(1));
    }

    [Test]
    public async Task A_log_without_a_next_segment_says_how_much_room_is_left()
    {
        Assert.That((_log.LookForRoom(), _log.BytesLeft), Is.EqualTo((LogRoom.Enough, (long?)null)), "the next segment is not due");
        await FailToPrepareAsync();
        Assert.That((_log.LookForRoom(), _log.BytesLeft), Is.EqualTo((LogRoom.Enough, (long?)(FirstBytes - _log.End.Offset))));
        await Eventually.IsTrueAsync(() => WriteSome() && _log.BytesLeft < EntriesReserve);
        Assert.That(_log.LookForRoom(), Is.EqualTo(LogRoom.RecordsOnly));
        await Eventually.IsTrueAsync(() => WriteSome() && _log.BytesLeft < RecordsReserve);
        Assert.That(_log.LookForRoom(), Is.EqualTo(LogRoom.None));
    }

    [Test]
    public void A_segment_too_large_for_a_real_disk_is_refused_before_any_byte_is_written()
    {
        using var folder = new TestFolder();
        folder.BecomeDisk(mebibytes: 3);
        const int bytes = 4 * 1024 * 1024;
        var options = new DurableLogOptions { Folder = folder.File("log"), SegmentBytes = bytes, FirstSegmentBytes = bytes };
        Assert.That(() => DurableLog.Open(options), Throws.InstanceOf<LogFailedException>()
            .With.Message.Contain("has no room for a segment of the log of 4.0 MiB: 3.0 MiB are free"));
        Assert.That(Directory.GetFiles(folder.File("log"), "*.tmp"), Is.Empty);
        folder.ResizeDisk(mebibytes: 8);
        using var log = DurableLog.Open(options);
        Assert.That(log.IsNew);
    }

    [Test]
    public async Task A_log_fails_and_leaves_no_partial_file_if_the_disk_stays_full()
    {
        await FailToPrepareAsync();
        Assert.That(WriteTheNextSegment, Throws.InstanceOf<LogFailedException>().With.Message.Contain("No space left"));
        Assert.That(Directory.GetFiles(_folder.Path, "*.tmp"), Is.Empty);
    }

    [Test]
    public void A_failed_removal_does_not_hide_the_first_error()
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
        _tries++;
        if (_isStubborn)
        {
            // Deleting a file fails where a folder has its name.
            File.Delete(Spare);
            Directory.CreateDirectory(Spare);
        }

        throw new IOException("No space left on device");
    }
}
