namespace Dams.Ordering.Driver;

/// <summary>
/// Figures of a loop. The loop writes them; any thread reads them. Each figure is right, but together they may come
/// from slightly different moments.
/// </summary>
internal sealed class LoopStatistics
{
    private long _datagrams;
    private long _received;
    private long _posted;
    private long _flushes;
    private long _longestTurnTicks;

    public DriverStatistics Snapshot(PostedWork posted) => new(
        Volatile.Read(ref _datagrams), Volatile.Read(ref _received), Volatile.Read(ref _posted), posted.Count, posted.Refused,
        Volatile.Read(ref _flushes), new TimeSpan(Volatile.Read(ref _longestTurnTicks)));

    public void CountReceived() => Add(ref _received, 1);

    public void CountPosted() => Add(ref _posted, 1);

    public void CountFlush() => Add(ref _flushes, 1);

    public void CountTurn(int datagrams, TimeSpan took)
    {
        Add(ref _datagrams, datagrams);
        if (took.Ticks > _longestTurnTicks)
            Volatile.Write(ref _longestTurnTicks, took.Ticks);
    }

    private static void Add(ref long figure, long value) => Volatile.Write(ref figure, figure + value);
}
