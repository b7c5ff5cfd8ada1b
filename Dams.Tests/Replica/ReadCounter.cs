using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Tests.Replica;

/// <summary>Counts how often buckets of an engine are read.</summary>
internal sealed class ReadCounter(IAppointmentEngine engine) : IAppointmentEngine
{
    public int Reads { get; set; }

    public string Version => engine.Version;

    public Reply Execute(Command command, IBucketObserver observer) => engine.Execute(command, observer);

    public IReadOnlyList<BucketKey> BucketKeys() => engine.BucketKeys();

    public Bucket ReadBucket(BucketKey key)
    {
        Reads++;
        return engine.ReadBucket(key);
    }

    public void Restore(IEnumerable<Bucket> buckets) => engine.Restore(buckets);
}
