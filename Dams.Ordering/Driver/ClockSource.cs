namespace Dams.Ordering.Driver;

/// <summary>The only access to the clocks. Any thread.</summary>
/// <param name="provider">The clocks; <see cref="TimeProvider.System"/> outside of tests.</param>
public sealed class ClockSource(TimeProvider provider)
{
    private readonly double _ticksPerUnit = (double)TimeSpan.TicksPerSecond / provider.TimestampFrequency;

    /// <summary>The clocks of the machine.</summary>
    public static ClockSource System { get; } = new(TimeProvider.System);

    /// <summary>This moment: the monotonic clock for every decision, the wall clock beside it.</summary>
    public Instant Now => new((long)(provider.GetTimestamp() * _ticksPerUnit), provider.GetUtcNow().ToUnixTimeMilliseconds());
}
