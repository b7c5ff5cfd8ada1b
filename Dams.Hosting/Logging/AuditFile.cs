using System.Globalization;
using Dams.Hosting.Topology;
using Microsoft.Extensions.Logging;
using NLog.Common;
using NLog.Config;
using NLog.Targets;
using NLog.Targets.Wrappers;

namespace Dams.Hosting.Logging;

/// <summary>
/// The audit file of a process: a line for each entry, in a file that only its owner can read, moved aside like a log. A thread of its own
/// writes it. So an entry costs its caller no time. If the file can't be written, or not fast enough, entries are lost and counted; the log
/// says so once, and again when the file can be written. For any thread.
/// </summary>
public sealed class AuditFile : IDisposable
{
    /// <summary>The entries that wait to be written. At a thousand calls a second, the disk may be away for ten seconds.</summary>
    private const int WaitingMax = 10_000;

    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);
    private readonly string _file;
    private readonly ILogger _logger;
    private readonly NLog.LogFactory _nlog = new();
    private readonly NLog.Logger _lines;
    private readonly Lock _lock = new();
    private long _lost;

    private AuditFile(string file, LogSettings settings, ILogger logger)
    {
        _file = file;
        _logger = logger;
        var configuration = new LoggingConfiguration(_nlog);
        var target = new PrivateFile(this)
        {
            FileName = file,
            // An entry is one line of JSON already.
            Layout = "${message:raw=true}",
            KeepFileOpen = true,
            ArchiveAboveSize = settings.FileBytesMax,
            MaxArchiveFiles = settings.ArchivesMax,
            ArchiveFileName = Path.ChangeExtension(file, null) + ".old" + Path.GetExtension(file),
            ArchiveSuffixFormat = ".{0:0000}",
        };
        var queue = new AsyncTargetWrapper(target, WaitingMax, AsyncTargetWrapperOverflowAction.Discard) { Name = "audit" };
        queue.LogEventDropped += (_, _) => OnLost("entries come faster than they can be written");
        configuration.AddTarget(queue);
        configuration.LoggingRules.Add(new LoggingRule("*", NLog.LogLevel.Info, queue));
        _nlog.Configuration = configuration;
        _lines = _nlog.GetLogger("audit");
    }

    /// <summary>Opens the file. A file that can't be written is reported at its first entry.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="settings">The size of the file, and how many are kept; its folder is ignored.</param>
    /// <param name="logger">Hears of entries that are lost.</param>
    public static AuditFile Open(string file, LogSettings settings, ILogger logger) => new(file, settings, logger);

    /// <summary>Takes an entry to be written. It never waits and never throws.</summary>
    /// <param name="line">The entry, without line breaks.</param>
    public void Write(string line) => _lines.Info(CultureInfo.InvariantCulture, line);

    /// <summary>Writes the waiting entries and closes the file.</summary>
    public void Dispose()
    {
        _nlog.Flush(FlushTimeout);
        _nlog.Shutdown();
        _nlog.Dispose();
    }

    private void OnLost(string problem)
    {
        lock (_lock)
        {
            if (_lost++ == 0)
                AuditFileLog.Lost(_logger, _file, problem);
        }
    }

    private void OnWritten()
    {
        lock (_lock)
        {
            if (_lost > 0)
                AuditFileLog.WrittenAgain(_logger, _file, _lost);
            _lost = 0;
        }
    }

    /// <summary>A file that only its owner may read, and that tells whether its entries are written.</summary>
    private sealed class PrivateFile(AuditFile audit) : FileTarget
    {
        private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        private const int EntriesBetweenLooks = 20;

        protected override Stream CreateFileStream(string filePath, int bufferSize)
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = bufferSize,
            };
            if (OperatingSystem.IsWindows())
                return new FileStream(filePath, options);
            options.UnixCreateMode = OwnerOnly;
            var stream = new FileStream(filePath, options);
            // A file of an earlier run, or one that a person has made.
            if (stream.CanSeek && File.GetUnixFileMode(stream.SafeFileHandle) != OwnerOnly)
                File.SetUnixFileMode(stream.SafeFileHandle, OwnerOnly);
            return stream;
        }

        protected override void Write(IList<AsyncLogEventInfo> logEvents)
        {
            var watched = new List<AsyncLogEventInfo>(logEvents.Count);
            foreach (var entry in logEvents)
            {
                watched.Add(entry.LogEvent.WithContinuation(problem =>
                {
                    if (problem is null)
                        audit.OnWritten();
                    else
                        audit.OnLost(problem.Message);
                    entry.Continuation(problem);
                }));
            }

            // The size of the file is looked at once for each list.
            foreach (var part in watched.Chunk(EntriesBetweenLooks))
                base.Write(part);
        }
    }
}
