using System.Threading.RateLimiting;
using Dams.Hosting.Topology;

namespace Dams.FrontEnd.Access;

/// <summary>
/// Leaves room for others: no user and no address has all calls in flight, and no user has too many calls a second. A limiter that has been
/// idle for a while is forgotten, so their number is bounded by the calls of a minute. Used by many threads.
/// </summary>
internal sealed class CallShares : IDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<string> _callsOfUser;
    private readonly PartitionedRateLimiter<string> _callsOfAddress;
    private readonly PartitionedRateLimiter<string> _rateOfUser;

    public CallShares(ClusterLimits limits)
    {
        _callsOfUser = InFlight(limits.InFlightCallsMax, limits.UserSharePercent);
        _callsOfAddress = InFlight(limits.InFlightCallsMax, limits.AddressSharePercent);
        _rateOfUser = PartitionedRateLimiter.Create<string, string>(
            user => RateLimitPartition.GetTokenBucketLimiter(user, _ => Bucket(limits.UserCallsPerSecondMax)));
    }

    /// <summary>A bucket of the tokens of one second, from which a client may take a whole second's at once.</summary>
    public static TokenBucketRateLimiterOptions Bucket(int perSecondMax)
    {
        // Ten refills a second, so that a client at its limit waits a moment and not a second.
        var perPeriod = Math.Max(1, perSecondMax / 10);
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecondMax,
            TokensPerPeriod = perPeriod,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)perPeriod / perSecondMax),
            QueueLimit = 0,
        };
    }

    /// <summary>Takes a share for one call; null if the user or the address has none left.</summary>
    /// <param name="user">The name of the user; null if nobody has to authenticate.</param>
    /// <param name="place">The place of the client.</param>
    /// <param name="retryAfter">The time after which a retry makes sense.</param>
    public IDisposable? TryTake(string? user, string place, out TimeSpan retryAfter)
    {
        retryAfter = s_soon;
        var ofAddress = _callsOfAddress.AttemptAcquire(place);
        if (!ofAddress.IsAcquired || user is null)
            return Acquired(ofAddress);
        using var rate = _rateOfUser.AttemptAcquire(user);
        var ofUser = rate.IsAcquired ? _callsOfUser.AttemptAcquire(user) : null;
        if (ofUser?.IsAcquired == true)
            return new Share(ofUser, ofAddress);
        if (rate.TryGetMetadata(MetadataName.RetryAfter, out var wait))
            retryAfter = wait;
        ofUser?.Dispose();
        ofAddress.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _callsOfUser.Dispose();
        _callsOfAddress.Dispose();
        _rateOfUser.Dispose();
    }

    private static RateLimitLease? Acquired(RateLimitLease lease)
    {
        if (lease.IsAcquired)
            return lease;
        lease.Dispose();
        return null;
    }

    private static PartitionedRateLimiter<string> InFlight(int callsMax, int percent)
    {
        var options = new ConcurrencyLimiterOptions { PermitLimit = Math.Max(1, callsMax * percent / 100), QueueLimit = 0 };
        return PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetConcurrencyLimiter(key, _ => options));
    }

    private sealed class Share(RateLimitLease ofUser, RateLimitLease ofAddress) : IDisposable
    {
        public void Dispose()
        {
            ofUser.Dispose();
            ofAddress.Dispose();
        }
    }
}
