using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Hosting;

/// <summary>Keeps the log lines of all categories.</summary>
internal sealed class RecordingLogger : ILogger, ILoggerFactory
{
    private readonly ConcurrentQueue<string> _lines = [];

    /// <summary>The lines so far, each with its level and text.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Called with each line, by the thread that logs it.</summary>
    public Action<string>? Logged { get; set; }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel} {formatter(state, exception)}";
        _lines.Enqueue(line);
        Logged?.Invoke(line);
    }

    public void Dispose()
    {
    }
}
