namespace Dams.Ordering.Transport;

/// <summary>
/// A fixed number of token buckets; a hash of the source address picks one. So they are bounded whatever is sent, at
/// the price that addresses may share a bucket. The hash is keyed per process, so that no sender can choose with which
/// address it shares.
/// </summary>
internal sealed class TokenBuckets(int perSecond, int burst)
{
    private const int Count = 256;

    private readonly double[] _tokens = Enumerable.Repeat((double)burst, Count).ToArray();
    private readonly long[] _ticks = new long[Count];

    public bool TryTake(int sourceHash, Instant now)
    {
        var i = sourceHash & (Count - 1);
        var elapsed = Math.Max(0, now.Ticks - _ticks[i]);
        _ticks[i] = now.Ticks;
        _tokens[i] = Math.Min(burst, _tokens[i] + ((double)elapsed / TimeSpan.TicksPerSecond * perSecond));
        if (_tokens[i] < 1)
            return false;
        _tokens[i]--;
        return true;
    }
}
