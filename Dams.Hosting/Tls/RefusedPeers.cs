using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Tls;

/// <summary>
/// Logs connections that were refused because of the peer's certificate. Each kind of problem is logged once, and then at most once a
/// minute with a count, so that nobody can fill the disk or hide one problem behind another. For any thread.
/// </summary>
/// <param name="time">Measures the time between two lines.</param>
/// <param name="logger">Receives the lines.</param>
internal sealed class RefusedPeers(TimeProvider time, ILogger logger)
{
    /// <summary>The least time between two lines about the same kind of problem.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(PeerProblem Problem, string? Server), (long ToldAt, long Count)> _told = [];

    /// <summary>A client was refused.</summary>
    public void OnClient(string remote, PeerVerdict verdict)
    {
        if (Passes((verdict.Problem, null), out var count))
            TlsLog.ClientRefused(logger, remote, verdict.Text, count);
    }

    /// <summary>A server was refused. There are only as many servers as dams.json names.</summary>
    public void OnServer(string node, PeerVerdict verdict)
    {
        if (Passes((verdict.Problem, node), out var count))
            TlsLog.ServerRefused(logger, node, verdict.Text, count);
    }

    private bool Passes((PeerProblem Problem, string? Server) kind, out long count)
    {
        lock (_lock)
        {
            var isKnown = _told.TryGetValue(kind, out var told);
            count = told.Count + 1;
            var passes = !isKnown || time.GetElapsedTime(told.ToldAt) >= Silence;
            _told[kind] = passes ? (time.GetTimestamp(), 0) : (told.ToldAt, count);
            return passes;
        }
    }
}
