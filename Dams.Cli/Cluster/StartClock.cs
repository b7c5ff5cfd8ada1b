using System.Globalization;

namespace Dams.Cli.Cluster;

/// <summary>
/// Counts how long a start has taken, for <c>--ready-within</c>. On a busy machine the processes wait for a processor most of the time, and
/// a start that is merely slow has not failed. So time under pressure counts less, down to a tenth. Pure; one thread.
/// </summary>
internal sealed class StartClock
{
    private const double DiscountMax = 0.9;

    /// <summary>The time that counts so far.</summary>
    public TimeSpan Counted { get; private set; }

    /// <summary>The time that has passed so far.</summary>
    public TimeSpan Passed { get; private set; }

    /// <summary>Adds the time that has passed.</summary>
    /// <param name="time">The time since the last call; negative time counts as none.</param>
    /// <param name="pressure">The share of it in which some process waited for a processor: 0 to 1.</param>
    public void Advance(TimeSpan time, double pressure)
    {
        if (time <= TimeSpan.Zero)
            return;
        Passed += time;
        Counted += time * (1 - (DiscountMax * Math.Clamp(pressure, 0, 1)));
    }

    /// <summary>The limit for people, with the time that has passed if that is longer.</summary>
    /// <param name="limit">The time that was allowed.</param>
    public string Describe(TimeSpan limit) => Passed < limit + TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{limit.TotalSeconds} s (--ready-within)")
        : string.Create(CultureInfo.InvariantCulture,
            $"{limit.TotalSeconds} s (--ready-within; {Passed.TotalSeconds:F0} s in all, as the machine is overloaded)");
}
