namespace Dams.Replica.Engines;

/// <summary>
/// Hears of each bucket before it changes. So digests are made anew for touched buckets only, and snapshots copy a bucket when it is
/// written.
/// </summary>
public interface IBucketObserver
{
    /// <summary>Called while the bucket still has its old content.</summary>
    void BeforeChange(BucketKey key);
}
