namespace Dams.Ordering.Protocol;

/// <summary>A small generator (SplitMix64) for jitter: the same seed gives the same run on every machine and runtime.</summary>
/// <param name="seed">Any value.</param>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A duration that is at least <paramref name="from"/> and below <paramref name="to"/>.</summary>
    public TimeSpan Between(TimeSpan from, TimeSpan to) =>
        to <= from ? from : from + new TimeSpan((long)(Next() % (ulong)(to - from).Ticks));
}
