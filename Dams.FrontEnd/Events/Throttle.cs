namespace Dams.FrontEnd.Events;

/// <summary>
/// Lets the first of many equal sightings through, and then one per interval, with a count of the sightings that it stands for. The
/// interval doubles while the sightings continue. So a liar is named at once, but neither fills the disk nor drives everything else
/// out of the journal. Used by one thread.
/// </summary>
internal sealed class Throttle(TimeProvider time)
{
    /// <summary>Short enough to be seen live.</summary>
    public static readonly TimeSpan IntervalMin = TimeSpan.FromSeconds(5);

    /// <summary>Long enough for the journal to reach back a day. After a silence of this length, the next sighting is news again.</summary>
    public static readonly TimeSpan IntervalMax = TimeSpan.FromMinutes(1);

    private long? _seen;
    private long _passed;
    private long _held;
    private TimeSpan _interval;

    /// <summary>Counts a sighting.</summary>
    /// <param name="count">How many sightings this one stands for.</param>
    /// <returns>Whether to report it.</returns>
    public bool Passes(out long count)
    {
        var now = time.GetTimestamp();
        var isNews = _seen is not { } seen || time.GetElapsedTime(seen, now) >= IntervalMax;
        _seen = now;
        count = ++_held;
        if (!isNews && time.GetElapsedTime(_passed, now) < _interval)
            return false;
        _interval = isNews ? IntervalMin : _interval * 2 < IntervalMax ? _interval * 2 : IntervalMax;
        _passed = now;
        _held = 0;
        return true;
    }
}
