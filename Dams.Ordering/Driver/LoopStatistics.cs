namespace Dams.Ordering.Driver;

/// <summary>
/// Figures of a loop. The loop writes them; any thread reads them. Each figure is right, but together they may come
/// from slightly different moments.
/// </summary>
internal sealed class LoopStatistics
{
    private long _turns;
    private long _datagrams;
    private long _received;
    private long _sent;
    private long _posted;
    private long _timers;
    private long _flushes;
    private long _flushTicks;
    private long _longestFlushTicks;
    private long _longestTurnTicks;
    private long _largestBatch;

    public DriverStatistics Snapshot(PostedWork posted) => new(
        Volatile.Read(ref _turns), Volatile.Read(ref _datagrams), Volatile.Read(ref _received), Volatile.Read(ref _sent),
        Volatile.Read(ref _posted), posted.Count, posted.Refused, Volatile.Read(ref _timers), Volatile.Read(ref _flushes),
        new TimeSpan(Volatile.Read(ref _flushTicks)), new TimeSpan(Volatile.Read(ref _longestFlushTicks)),
        new TimeSpan(Volatile.Read(ref _longestTurnTicks)), (int)Volatile.Read(ref _largestBatch));

    public void CountReceived() => Add(ref _received, 1);

    public void CountSent(int messages) => Add(ref _sent, messages);

    public void CountPosted() => Add(ref _posted, 1);

    public void CountTimer() => Add(ref _timers, 1);

    public void CountFlush(TimeSpan took)
    {
        Add(ref _flushes, 1);
        Add(ref _flushTicks, took.Ticks);
        Raise(ref _longestFlushTicks, took.Ticks);
    }

    public void CountTurn(int datagrams, TimeSpan took)
    {
        Add(ref _turns, 1);
        Add(ref _datagrams, datagrams);
        Raise(ref _longestTurnTicks, took.Ticks);
        Raise(ref _largestBatch, datagrams);
    }

    private static void Add(ref long figure, long value) => Volatile.Write(ref figure, figure + value);

    private static void Raise(ref long figure, long value)
    {
        if (value > figure)
            Volatile.Write(ref figure, value);
    }
}
