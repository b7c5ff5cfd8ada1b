namespace Dams.FrontEnd.Events;

/// <summary>
/// Lets the first of many equal sightings through, and then one in an interval that says how many there were meanwhile: a liar must not fill the disk, nor drive
/// everything else out of the journal. Used by one thread.
/// </summary>
internal sealed class Throttle(TimeProvider time)
{
    /// <summary>Short enough to be seen live, long enough for a journal of hours.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private long? _passed;
    private long _held;

    /// <summary>Counts a sighting.</summary>
    /// <param name="count">How many this one stands for.</param>
    /// <returns>Whether it is to be told.</returns>
    public bool Passes(out long count)
    {
        count = ++_held;
        if (_passed is { } last && time.GetElapsedTime(last) < Interval)
            return false;
        _passed = time.GetTimestamp();
        _held = 0;
        return true;
    }
}
