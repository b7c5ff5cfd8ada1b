using System.Runtime.Versioning;
using Dams.Hosting.Logging;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Audit;

/// <summary>The audit file is bounded and private, and never harms the calls.</summary>
public sealed class AuditFileTests
{
    private FakeLogger _log = null!;
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => (_folder, _log) = (new TestFolder(), new FakeLogger());

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void Lines_come_in_order_and_files_are_moved_aside_within_their_bound()
    {
        const int bytesMax = 64 * 1024;
        var file = _folder.File("frontend1.audit.jsonl");
        using (var audit = AuditFile.Open(file, new LogSettings(_folder.Path, bytesMax, 2), _log))
        {
            for (var i = 0; i < 5000; i++)
                audit.Write($"{i:D4} {new string('x', 95)}");
        }

        var files = new DirectoryInfo(_folder.Path).GetFiles();
        Assert.That(files.Select(found => found.Name).ToArray(), Has.Length.EqualTo(3).And.All.EndsWith(".jsonl"));
        Assert.That(files.Select(found => found.Length), Is.All.LessThanOrEqualTo(bytesMax + (20 * 101)));
        var newest = File.ReadAllLines(file);
        Assert.That(newest[^1], Does.StartWith("4999 "));
        Assert.That(newest, Is.Ordered);
        Assert.That(_log.Collector.GetSnapshot().Select(record => record.Message), Is.Empty);
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public void Only_the_owner_may_read_the_file_and_those_moved_aside()
    {
        var file = _folder.File("frontend1.audit.jsonl");
        File.WriteAllText(file, "older\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        using (var audit = AuditFile.Open(file, new LogSettings(_folder.Path, 64 * 1024, 2), _log))
        {
            for (var i = 0; i < 1500; i++)
                audit.Write(new string('x', 99));
        }

        Assert.That(
            new DirectoryInfo(_folder.Path).GetFiles().Select(found => found.UnixFileMode).ToArray(),
            Has.Length.GreaterThan(1).And.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_full_disk_is_told_once_and_the_end_of_it_with_the_number_of_lost_entries()
    {
        _folder.BecomeDisk(1);
        var filler = _folder.File("filler");
        using (var full = new FileStream(filler, FileMode.Create))
        {
            var block = new byte[64 * 1024];
            try
            {
                while (true)
                {
                    full.Write(block);
                    full.Flush(flushToDisk: true);
                }
            }
            catch (IOException)
            {
                // The disk is full.
            }
        }

        using var audit = AuditFile.Open(_folder.File("a.audit.jsonl"), new LogSettings(_folder.Path), _log);
        for (var i = 0; i < 200; i++)
            audit.Write(new string('x', 1000));
        await Eventually.IsTrueAsync(() => _log.Collector.Count == 1);
        Assert.That(_log.LatestRecord.Message, Does.StartWith("Audit entries are being lost, because ").And.Contains("Calls go on."));
        Assert.That(_log.LatestRecord.Level, Is.EqualTo(LogLevel.Error));
        File.Delete(filler);
        await Eventually.IsTrueAsync(() =>
        {
            audit.Write("again");
            return _log.Collector.Count == 2;
        });
        Assert.That(_log.LatestRecord.Message, Does.Match("is written again; [1-9][0-9]* audit entries were lost"));
    }
}
