using Dams.Contracts.Domain;
using Dams.Lab;
using Dams.Ordering.Protocol;
using Dams.Replica.Engines;
using Dams.Replica.Hosting;

namespace Dams.Tests.Simulation;

/// <summary>An engine that gives wrong replies now and then, and keeps its state right.</summary>
internal sealed class LyingEngine : IAppointmentEngine, IDisposable
{
    private readonly LieKind _kind;
    private readonly Func<IAppointmentEngine> _create;
    private readonly IAppointmentEngine _inner;
    private readonly SeededRandom _random;
    private readonly int _perMille;
    private readonly int _staleFrom;
    private readonly Func<bool> _isOn;
    private StaleState? _stale;
    private int _executed;

    /// <summary>Makes a liar over an empty engine.</summary>
    /// <param name="kind">The kind of its lies.</param>
    /// <param name="create">Makes an engine of its version.</param>
    /// <param name="random">Decides at which replies it lies.</param>
    /// <param name="perMille">How many of a thousand replies are lies.</param>
    /// <param name="isOn">Whether it lies at all by now.</param>
    public LyingEngine(LieKind kind, Func<IAppointmentEngine> create, SeededRandom random, int perMille, Func<bool> isOn)
    {
        _isOn = isOn;
        _kind = kind;
        _create = create;
        _inner = create();
        _random = random;
        _perMille = perMille;
        // An engine whose state stands still from the first command on would be wrong about everything.
        _staleFrom = kind == LieKind.Stale ? 1 + random.Below(20) : int.MaxValue;
    }

    public string Version => _inner.Version;

    public Reply Execute(Command command, IBucketObserver observer)
    {
        if (++_executed == _staleFrom)
            _stale = new StaleState(_inner, _create);
        var reply = _inner.Execute(command, observer);
        return _isOn() && _random.Chance(_perMille) ? MakeFalse(command, reply) ?? reply : reply;
    }

    public IReadOnlyList<BucketKey> BucketKeys() => _inner.BucketKeys();

    public Bucket ReadBucket(BucketKey key) => _inner.ReadBucket(key);

    public void Restore(IEnumerable<Bucket> buckets) => _inner.Restore(buckets);

    public void Dispose()
    {
        _stale?.Dispose();
        (_inner as IDisposable)?.Dispose();
    }

    private Reply? MakeFalse(Command command, Reply reply) => _kind switch
    {
        LieKind.Outcome => FalseReply.WithOtherOutcome(reply),
        LieKind.Field => FalseReply.WithOtherField(reply),
        LieKind.Stale => _stale?.Execute(command),
        _ => FalseReply.Any(reply),
    };
}
