namespace Dams.Ordering.Transport;

/// <summary>
/// A fixed number of token buckets: for each source address one for each claimed sender. A hash of the address picks the row. So they are
/// bounded whatever is sent, at the price that addresses may share a row. The hash is keyed per process, so that no sender can choose with
/// which address it shares.
/// </summary>
internal sealed class TokenBuckets(int perSecond, int burst)
{
    private const int Addresses = 256;
    private const int SendersOfRole = 4;
    private const int Roles = 4;
    private const int Count = Addresses * Roles * SendersOfRole;

    private readonly double[] _tokens = Enumerable.Repeat((double)burst, Count).ToArray();
    private readonly long[] _ticks = new long[Count];

    /// <summary>Takes a token for a datagram that says it is of a sender.</summary>
    /// <param name="sourceHash">A keyed hash of the address that it came from.</param>
    /// <param name="sender">The claimed sender. Nodes of a role whose numbers differ by four share a bucket.</param>
    /// <param name="now">The moment.</param>
    public bool TryTake(int sourceHash, NodeId sender, Instant now)
    {
        var row = sourceHash & (Addresses - 1);
        var column = ((((int)sender.Role - 1) & (Roles - 1)) * SendersOfRole) + (sender.Number & (SendersOfRole - 1));
        var i = (row * Roles * SendersOfRole) + column;
        var elapsed = Math.Max(0, now.Ticks - _ticks[i]);
        _ticks[i] = now.Ticks;
        _tokens[i] = Math.Min(burst, _tokens[i] + ((double)elapsed / TimeSpan.TicksPerSecond * perSecond));
        if (_tokens[i] < 1)
            return false;
        _tokens[i]--;
        return true;
    }
}
