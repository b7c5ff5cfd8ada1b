using System.Globalization;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Cluster;

/// <summary>
/// Logs a warning when datagrams are rejected for a reason that an operator can correct. A process with another configuration or key than
/// the others hears none of them, and none of them hears it. Nothing else would say why. One task.
/// </summary>
/// <param name="counters">The numbers of datagrams that the transport has rejected so far.</param>
/// <param name="logger">Receives the warning.</param>
internal sealed class RefusedDatagrams(TransportCounters counters, ILogger logger)
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <summary>The least time between two lines. One line a minute is enough: it has a count, and such a problem lasts for long.</summary>
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

    /// <summary>Looks once a second, and logs at most once a minute.</summary>
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

    /// <summary>The numbers of datagrams rejected since the last look, with the reasons; null if there were none.</summary>
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
