using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Replica.Lab;

/// <summary>A copy of an engine's state at one moment. It answers commands and never changes. One thread.</summary>
internal sealed class StaleState : IBucketObserver, IDisposable
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

    /// <summary>The reply that the engine would have given at that moment.</summary>
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

    public void Dispose() => (_copy as IDisposable)?.Dispose();
}
