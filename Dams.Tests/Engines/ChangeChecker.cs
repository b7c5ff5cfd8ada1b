using Dams.Replica.Engines;

namespace Dams.Tests.Engines;

/// <summary>
/// An observer that trusts nothing. It keeps a copy of all buckets. It checks that a bucket still has its old content when its
/// change is announced, and that nothing changes unannounced.
/// </summary>
internal sealed class ChangeChecker(IAppointmentEngine engine) : IBucketObserver
{
    private readonly SortedSet<BucketKey> _announced = [];
    private SortedDictionary<BucketKey, Bucket> _known = Snapshot(engine);

    public void BeforeChange(BucketKey key)
    {
        _announced.Add(key);
        var now = engine.ReadBucket(key);
        if (_known.TryGetValue(key, out var before))
            Assert.That(now, Is.EqualTo(before), $"{key} is announced after it has changed");
        else
            Assert.That(now.Slots, Is.Empty, $"{key} is announced after it has changed");
    }

    /// <summary>Asserts that all changes since the last call were announced. A test calls it after each command.</summary>
    public void AssertToldOfAllChanges()
    {
        var now = Snapshot(engine);
        foreach (var key in _known.Keys.Union(now.Keys))
        {
            if (!_announced.Contains(key))
                Assert.That(now.GetValueOrDefault(key), Is.EqualTo(_known.GetValueOrDefault(key)), $"{key} has changed unannounced");
        }

        Assert.That(engine.BucketKeys(), Is.Ordered);
        _known = now;
        _announced.Clear();
    }

    private static SortedDictionary<BucketKey, Bucket> Snapshot(IAppointmentEngine engine) =>
        new(engine.BucketKeys().ToDictionary(key => key, engine.ReadBucket));
}
