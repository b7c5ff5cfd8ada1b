#pragma warning disable CA1873 // Tests want their lines written.
using System.Text.RegularExpressions;
using Dams.Hosting.Logging;
using Dams.Hosting.Topology;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Hosting;

public sealed class NodeLoggingTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private string Write(int lines, LogSettings settings, Action<ILogger>? write = null, string category = "Dams.Tests.Logging")
    {
        var file = _folder.File("replica1.log");
        using (var log = NodeLogging.Open(file, settings, LogLevel.Information, LogLevel.None))
        {
            var logger = log.Factory.CreateLogger(category);
            var filler = new string('x', 1000);
            for (var i = 0; i < lines; i++)
                logger.LogInformation(new EventId(4711), "line {Number} {Filler}", i, filler);
            write?.Invoke(logger);
        }

        return file;
    }

    [TestCase(0)]
    [TestCase(2)]
    public void A_log_never_outgrows_its_bound_and_keeps_the_newest_lines(int archivesMax)
    {
        const int fileBytesMax = 64 * 1024;
        var file = Write(1000, new LogSettings(_folder.Path, fileBytesMax, archivesMax));
        var files = new DirectoryInfo(_folder.Path).GetFiles();
        Assert.That(files, Has.Length.EqualTo(archivesMax + 1));
        Assert.That(files.Select(found => found.Length), Is.All.LessThanOrEqualTo(fileBytesMax + 2048));
        Assert.That(File.ReadAllText(file), Does.Contain("line 999 "));
    }

    [Test]
    public void The_next_start_continues_the_same_files_under_the_same_bound()
    {
        for (var run = 0; run < 5; run++)
            Write(200, new LogSettings(_folder.Path, 64 * 1024, 2));
        Assert.That(new DirectoryInfo(_folder.Path).GetFiles(), Has.Length.EqualTo(3));
        var file = Write(1, new LogSettings(_folder.Path));
        Assert.That(File.ReadAllLines(file), Has.Length.GreaterThan(1));
    }

    [Test]
    public void A_line_has_time_level_event_and_source()
    {
        var file = Write(1, new LogSettings(_folder.Path));
        Assert.That(File.ReadAllText(file), Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO  4711 Logging: line 0 x"));
    }

    [Test]
    public void A_logged_value_cannot_forge_a_line()
    {
        var file = Write(
            0, new LogSettings(_folder.Path), logger => logger.LogInformation("id is {Id}", "x\r\n2030-01-01T00:00:00.000Z ERROR forged"));
        Assert.That(File.ReadAllLines(file), Has.Length.EqualTo(1));
    }

    [Test]
    public void An_exception_is_logged_in_full()
    {
        var problem = new InvalidOperationException("because");
        var file = Write(0, new LogSettings(_folder.Path), logger => logger.LogError(problem, "it failed"));
        Assert.That(
            Regex.Replace(File.ReadAllText(file), "\r?\n", "|"), Does.Contain("it failed|System.InvalidOperationException: because"));
    }

    [Test]
    public void The_frameworks_chatter_is_left_out_and_its_warnings_are_kept()
    {
        var file = Write(3, new LogSettings(_folder.Path), logger => logger.LogWarning("trouble"), "Microsoft.AspNetCore.Server.Kestrel");
        Assert.That(File.ReadAllLines(file), Has.Length.EqualTo(1));
    }

    [Test]
    public void Lines_below_the_configured_level_are_not_even_formatted()
    {
        using var log = NodeLogging.Open(_folder.File("a.log"), new LogSettings(_folder.Path), LogLevel.Warning, LogLevel.Error);
        Assert.That(log.Factory.CreateLogger("Dams.X").IsEnabled(LogLevel.Information), Is.False);
        Assert.That(log.Factory.CreateLogger("Dams.X").IsEnabled(LogLevel.Warning), Is.True);
    }
}
