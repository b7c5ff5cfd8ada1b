namespace Dams.Lab;

/// <summary>Holds datagrams until they are due, and sends them in that order. For any thread; a thread of its own sends.</summary>
internal sealed class DelayLine : IDisposable
{
    // A minute of a busy cluster's datagrams at a second of delay.
    private const int WaitingMax = 20_000;

    private readonly PriorityQueue<(byte[] Datagram, Action<byte[]> Send), (long Due, long Number)> _waiting = new();
    private readonly Func<long> _clock;
    private readonly Thread _thread;
    private long _number;
    private bool _closed;

    /// <param name="clock">Returns milliseconds that never fall; called by any thread.</param>
    public DelayLine(Func<long> clock)
    {
        _clock = clock;
        _thread = new Thread(Run) { IsBackground = true, Name = "lab delay" };
        _thread.Start();
    }

    /// <summary>Takes a datagram; false if too many are waiting.</summary>
    public bool TryAdd(byte[] datagram, TimeSpan delay, Action<byte[]> send)
    {
        lock (_waiting)
        {
            if (_waiting.Count >= WaitingMax)
                return false;
            _waiting.Enqueue((datagram, send), (_clock() + (long)delay.TotalMilliseconds, _number++));
            Monitor.Pulse(_waiting);
            return true;
        }
    }

    /// <summary>Discards the waiting datagrams and ends the thread.</summary>
    public void Dispose()
    {
        lock (_waiting)
        {
            _closed = true;
            Monitor.Pulse(_waiting);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (Next() is { } due)
            due.Send(due.Datagram);
    }

    private (byte[] Datagram, Action<byte[]> Send)? Next()
    {
        lock (_waiting)
        {
            while (!_closed)
            {
                if (!_waiting.TryPeek(out var first, out var order))
                    Monitor.Wait(_waiting);
                else if (order.Due - _clock() is > 0 and var left)
                    Monitor.Wait(_waiting, (int)left + 1);
                else
                    return _waiting.Dequeue();
            }

            return null;
        }
    }
}
