using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Hosting;

/// <summary>The lines of a fake log, and loggers that write to it.</summary>
internal static class LogLines
{
    extension(FakeLogger log)
    {
        /// <summary>The lines so far, each with its level and text.</summary>
        public IReadOnlyList<string> Lines => [.. log.Collector.GetSnapshot().Select(line => $"{line.Level} {line.Message}")];

        /// <summary>Makes loggers of all categories that write to this log.</summary>
        public ILoggerFactory ToFactory() => new LoggerFactory([new FakeLoggerProvider(log.Collector)]);
    }
}
