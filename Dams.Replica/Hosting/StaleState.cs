using Dams.Contracts.Domain;
using Dams.Lab;
using Dams.Replica.Engines;

namespace Dams.Replica.Hosting;

/// <summary>
/// A copy of an engine's state, for the fault lab. It stands here and not in <c>Dams.Lab</c>, because only the replica knows its engines.
/// </summary>
internal sealed class StaleState : IStaleState, IBucketObserver
{
    private readonly IAppointmentEngine _copy;
    private readonly IReadOnlyList<Bucket> _buckets;
    private bool _wasChanged;

    /// <summary>Copies what the engine holds now.</summary>
    public StaleState(IAppointmentEngine engine, Func<IAppointmentEngine> create)
    {
        _buckets = [.. engine.BucketKeys().Select(engine.ReadBucket)];
        _copy = create();
        _copy.Restore(_buckets);
    }

    /// <inheritdoc/>
    public Reply Execute(Command command)
    {
        var reply = _copy.Execute(command, this);
        if (_wasChanged)
            _copy.Restore(_buckets);
        _wasChanged = false;
        return reply;
    }

    /// <inheritdoc/>
    public void BeforeChange(BucketKey key) => _wasChanged = true;

    /// <inheritdoc/>
    public void Dispose() => (_copy as IDisposable)?.Dispose();
}
