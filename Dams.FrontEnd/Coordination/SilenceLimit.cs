namespace Dams.FrontEnd.Coordination;

/// <summary>
/// How long the front end waits for late replies: twice the slowest accepted spread of the last requests. The time runs from the
/// second equal reply, so that neither a failover nor an idle group makes a replica look silent.
/// </summary>
internal sealed class SilenceLimit(CoordinatorOptions options)
{
    private readonly Queue<long> _spreads = [];
    private readonly LinkedList<long> _falling = [];

    /// <summary>The present limit.</summary>
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

    /// <summary>The last right reply to a request was accepted this long after the second equal one.</summary>
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
