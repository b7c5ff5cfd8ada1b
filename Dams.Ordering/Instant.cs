namespace Dams.Ordering;

/// <summary>
/// A moment as a core sees it: a monotonic time for every decision, and the wall-clock time beside it. Only the
/// sequencer copies the wall-clock time into entries. Cores never read a clock: every input carries its moment.
/// Comparisons use the monotonic part alone.
/// </summary>
/// <param name="Ticks">Monotonic, in units of 100 ns, from an arbitrary start.</param>
/// <param name="UnixMilliseconds">The wall clock in milliseconds since 1970 (UTC). It may jump.</param>
public readonly record struct Instant(long Ticks, long UnixMilliseconds) : IComparable<Instant>
{
    /// <summary>Later than any other.</summary>
    public static readonly Instant Never = new(long.MaxValue, 0);

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    /// <summary>The earlier of two.</summary>
    public static Instant Earlier(Instant left, Instant right) => left.Ticks <= right.Ticks ? left : right;

    /// <summary>The later of two.</summary>
    public static Instant Later(Instant left, Instant right) => left.Ticks >= right.Ticks ? left : right;

    /// <summary>Adds a duration to the monotonic and to the wall-clock part. <see cref="Never"/> stays as it is.</summary>
    public static Instant operator +(Instant left, TimeSpan right) =>
        left.Ticks == long.MaxValue ? left : new(left.Ticks + right.Ticks, left.UnixMilliseconds + (long)right.TotalMilliseconds);

    /// <summary>The monotonic time between two.</summary>
    public static TimeSpan operator -(Instant left, Instant right) => new(left.Ticks - right.Ticks);

    /// <summary>Monotonic order.</summary>
    public static bool operator <(Instant left, Instant right) => left.Ticks < right.Ticks;

    /// <summary>Monotonic order.</summary>
    public static bool operator >(Instant left, Instant right) => left.Ticks > right.Ticks;

    /// <summary>Monotonic order.</summary>
    public static bool operator <=(Instant left, Instant right) => left.Ticks <= right.Ticks;

    /// <summary>Monotonic order.</summary>
    public static bool operator >=(Instant left, Instant right) => left.Ticks >= right.Ticks;
}
