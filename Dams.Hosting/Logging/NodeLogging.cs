using Dams.Hosting.Topology;
using Microsoft.Extensions.Logging;
using NLog.Config;
using NLog.Extensions.Logging;
using NLog.Targets;

namespace Dams.Hosting.Logging;

/// <summary>
/// The log of one process. It writes to one file, and to standard error for people; never to standard output. A file that has grown to its
/// limit is moved aside, and a bounded number of those is kept. The log is set up in code, because the only configuration is
/// <c>dams.json</c>.
/// </summary>
public sealed class NodeLogging : IDisposable
{
    // Line breaks in a message become blanks, so that text from elsewhere can't forge lines of the log.
    private const string Line =
        "${date:universalTime=true:format=yyyy-MM-ddTHH\\:mm\\:ss.fffZ} ${level:uppercase=true:padding=-5} "
        + "${event-properties:EventId:padding=4} ${logger:shortName=true}: "
        + "${replace-newlines:replacement= :${message}}${onexception:inner=${newline}${exception:format=ToString}}";

    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);
    private readonly NLog.LogFactory _nlog;

    private NodeLogging(NLog.LogFactory nlog, ILoggerFactory factory)
    {
        _nlog = nlog;
        Factory = factory;
    }

    /// <summary>Creates the loggers of the process.</summary>
    public ILoggerFactory Factory { get; }

    /// <summary>Opens a log.</summary>
    /// <param name="file">The process's own file.</param>
    /// <param name="settings">The sizes; its folder is ignored.</param>
    /// <param name="fileLevel">The lowest level that goes to the file.</param>
    /// <param name="consoleLevel">The lowest level that goes to standard error.</param>
    public static NodeLogging Open(
        string file, LogSettings settings, LogLevel fileLevel, LogLevel consoleLevel)
    {
        var nlog = new NLog.LogFactory();
        var configuration = new LoggingConfiguration(nlog);
        var toFile = new FileTarget("file")
        {
            FileName = file,
            Layout = Line,
            KeepFileOpen = true,
            ArchiveAboveSize = settings.FileBytesMax,
            MaxArchiveFiles = settings.ArchivesMax,
            // With a separate archive name, NLog moves full files aside and the current file keeps its name.
            // Without one, NLog would go on writing to a file with a new name.
            ArchiveFileName = Path.ChangeExtension(file, null) + ".old.log",
            ArchiveSuffixFormat = ".{0:0000}",
        };
        var toConsole = new ConsoleTarget("console") { StdErr = true, Layout = Line };
        foreach (var (level, target) in new (LogLevel, Target)[] { (fileLevel, toFile), (consoleLevel, toConsole) })
        {
            configuration.AddTarget(target);
            // The framework logs every request at Information. We log single messages at Trace only, so its requests don't belong here.
            foreach (var chatty in (ReadOnlySpan<string>)["Microsoft.AspNetCore.*", "System.Net.Http.*"])
                AddRule(configuration, chatty, level > LogLevel.Warning ? level : LogLevel.Warning, target);
            AddRule(configuration, "Dams.*", level, target);
        }

        nlog.Configuration = configuration;
        var least = fileLevel < consoleLevel ? fileLevel : consoleLevel;
        // The factory owns the provider and disposes of it.
        var factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(least)
            .AddProvider(new NLogLoggerProvider(new NLogProviderOptions { ShutdownOnDispose = false }, nlog)));
        return new NodeLogging(nlog, factory);
    }

    /// <summary>Writes the lines that are still buffered.</summary>
    public void Flush() => _nlog.Flush(FlushTimeout);

    /// <summary>Writes the buffered lines and closes the file.</summary>
    public void Dispose()
    {
        Factory.Dispose();
        Flush();
        _nlog.Shutdown();
        _nlog.Dispose();
    }

    private static void AddRule(LoggingConfiguration configuration, string names, LogLevel least, Target target)
    {
        if (least != LogLevel.None)
            configuration.LoggingRules.Add(new LoggingRule(names, Of(least), NLog.LogLevel.Fatal, target));
    }

    private static NLog.LogLevel Of(LogLevel level) => level switch
    {
        LogLevel.Trace => NLog.LogLevel.Trace,
        LogLevel.Debug => NLog.LogLevel.Debug,
        LogLevel.Information => NLog.LogLevel.Info,
        LogLevel.Warning => NLog.LogLevel.Warn,
        LogLevel.Error => NLog.LogLevel.Error,
        LogLevel.Critical => NLog.LogLevel.Fatal,
        _ => NLog.LogLevel.Off,
    };
}
