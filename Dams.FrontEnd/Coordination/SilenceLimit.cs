namespace Dams.FrontEnd.Coordination;

/// <summary>
/// How long after the second equal reply the late ones are waited for: twice the slowest accepted spread of the last requests. Measured from the
/// second equal reply, so that a fail-over or an idle group makes nobody look silent.
/// </summary>
internal sealed class SilenceLimit(CoordinatorOptions options)
{
    private readonly Queue<long> _spreads = [];
    private readonly LinkedList<long> _falling = [];

    /// <summary>The limit now.</summary>
    public TimeSpan Current
    {
        get
        {
            if (_falling.First is not { } slowest)
                return options.SilenceFirst;
            var twice = new TimeSpan(slowest.Value * 2);
            return twice < options.SilenceMin ? options.SilenceMin : twice > options.SilenceMax ? options.SilenceMax : twice;
        }
    }

    /// <summary>A late right reply was accepted this long after the second equal one.</summary>
    public void OnSpread(TimeSpan spread)
    {
        // A monotonic queue: the front is the maximum of the window.
        while (_falling.Last is { } last && last.Value < spread.Ticks)
            _falling.RemoveLast();
        _falling.AddLast(spread.Ticks);
        _spreads.Enqueue(spread.Ticks);
        if (_spreads.Count > options.SpreadsKept && _spreads.Dequeue() == _falling.First!.Value)
            _falling.RemoveFirst();
    }
}
