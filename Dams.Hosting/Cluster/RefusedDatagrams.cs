using System.Globalization;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Cluster;

/// <summary>
/// Tells in the log when datagrams are refused for a reason that an operator can mend: a process whose configuration or key is not the
/// others' hears nobody and is heard by nobody, and nothing else would say why. One task.
/// </summary>
/// <param name="counters">What the transport has refused so far.</param>
/// <param name="logger">The log.</param>
internal sealed class RefusedDatagrams(TransportCounters counters, ILogger logger)
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <summary>A line a minute: each line has a count, and what lasts lasts for long.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(1);

    private static readonly (DropReason Reason, string What)[] s_told =
    [
        (DropReason.WrongCluster, "of another cluster"),
        (DropReason.UnknownKey, "under a key that this process does not have"),
        (DropReason.Unauthenticated, "sealed with another key, or damaged"),
        (DropReason.Misaddressed, "meant for another process"),
        (DropReason.BadFormat, "of another release's format"),
    ];

    private readonly long[] _before = new long[s_told.Length];

    /// <summary>Looks once a second, and tells at most once a minute.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_look, time);
        var last = (long?)null;
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if ((last is { } told && time.GetElapsedTime(told) < s_silence) || Look() is not { } refused)
                continue;
            last = time.GetTimestamp();
            HostingLog.Refused(logger, refused);
        }
    }

    /// <summary>The datagrams refused since the last look; null if there were none.</summary>
    public string? Look()
    {
        var parts = new List<string>();
        for (var i = 0; i < s_told.Length; i++)
        {
            var now = counters[s_told[i].Reason];
            if (now > _before[i])
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{now - _before[i]} {s_told[i].What}"));
            _before[i] = now;
        }

        return parts.Count == 0 ? null : string.Join(", ", parts);
    }
}
