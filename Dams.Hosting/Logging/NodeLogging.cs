using Dams.Contracts.Topology;
using Microsoft.Extensions.Logging;
using NLog;
using NLog.Config;
using NLog.Extensions.Logging;
using NLog.Targets;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Dams.Hosting.Logging;

/// <summary>
/// The log of one process: one file that is moved aside when it has grown, a bounded number of those, and standard error for people. Standard output is
/// never written to. Set up in code: there is no other configuration than <c>dams.json</c>.
/// </summary>
public sealed class NodeLogging : IDisposable
{
    // Lines of others' text can't forge lines of the log: line breaks in a message become blanks.
    private const string Line =
        "${date:universalTime=true:format=yyyy-MM-ddTHH\\:mm\\:ss.fffZ} ${level:uppercase=true:padding=-5} ${event-properties:EventId:padding=4} "
        + "${logger:shortName=true}: ${replace-newlines:replacement= :${message}}${onexception:inner=${newline}${exception:format=ToString}}";

    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);
    private readonly LogFactory _nlog;

    private NodeLogging(LogFactory nlog, ILoggerFactory factory)
    {
        _nlog = nlog;
        Factory = factory;
    }

    /// <summary>Where loggers come from.</summary>
    public ILoggerFactory Factory { get; }

    /// <summary>Opens a log.</summary>
    /// <param name="file">The process's own file.</param>
    /// <param name="settings">Sizes; the folder in it is not looked at.</param>
    /// <param name="fileLevel">The least level that goes to the file.</param>
    /// <param name="consoleLevel">The least level that goes to standard error.</param>
    public static NodeLogging Open(
        string file, LogSettings settings, LogLevel fileLevel, LogLevel consoleLevel)
    {
        var nlog = new LogFactory();
        var configuration = new LoggingConfiguration(nlog);
        var toFile = new FileTarget("file")
        {
            FileName = file,
            Layout = Line,
            KeepFileOpen = true,
            ArchiveAboveSize = settings.FileBytesMax,
            MaxArchiveFiles = settings.ArchivesMax,
            // With a name of their own, full files are moved aside, and the one that is written keeps its name; else NLog writes on in a new one.
            ArchiveFileName = Path.ChangeExtension(file, null) + ".old.log",
            ArchiveSuffixFormat = ".{0:0000}",
        };
        var toConsole = new ConsoleTarget("console") { StdErr = true, Layout = Line };
        foreach (var (level, target) in new (LogLevel, Target)[] { (fileLevel, toFile), (consoleLevel, toConsole) })
        {
            configuration.AddTarget(target);
            // The framework tells of every request at Information: that is our per-message level, and has no place here.
            foreach (var chatty in (ReadOnlySpan<string>)["Microsoft.AspNetCore.*", "System.Net.Http.*"])
                AddRule(configuration, chatty, level > LogLevel.Warning ? level : LogLevel.Warning, target);
            AddRule(configuration, "Dams.*", level, target);
        }

        nlog.Configuration = configuration;
        var least = fileLevel < consoleLevel ? fileLevel : consoleLevel;
        // The provider is the factory's to dispose of.
        var factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(least)
            .AddProvider(new NLogLoggerProvider(new NLogProviderOptions { ShutdownOnDispose = false }, nlog)));
        return new NodeLogging(nlog, factory);
    }

    /// <summary>Writes what is still on its way.</summary>
    public void Flush() => _nlog.Flush(FlushTimeout);

    /// <summary>Writes the rest and closes the file.</summary>
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
