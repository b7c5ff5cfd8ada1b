using System.Collections.Concurrent;

namespace Dams.Ordering.Driver;

/// <summary>
/// Work that other threads bring to the loop. The queue is bounded; when it is full, it rejects new work. Any thread
/// adds; the loop takes.
/// </summary>
internal sealed class PostedWork(int capacity)
{
    private readonly ConcurrentQueue<IWork> _queue = [];
    private int _count;
    private long _refused;
    private volatile bool _closed;

    /// <summary>A piece of work. <see cref="Abandon"/> tells it that it will never be done.</summary>
    public interface IWork
    {
        void Run(Instant now);

        void Abandon();
    }

    public int Count => Math.Max(0, Volatile.Read(ref _count));

    public long Refused => Volatile.Read(ref _refused);

    public bool IsClosed => _closed;

    public bool TryAdd(IWork work)
    {
        if (_closed)
            return false;
        if (Interlocked.Increment(ref _count) > capacity)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _refused);
            return false;
        }

        _queue.Enqueue(work);

        // The queue may have been closed in between. Either this check or Close, whichever comes last, empties it.
        if (_closed)
            AbandonAll();
        return true;
    }

    public bool TryTake(out IWork? work)
    {
        if (!_queue.TryDequeue(out work))
            return false;
        Interlocked.Decrement(ref _count);
        return true;
    }

    public void Close()
    {
        _closed = true;
        AbandonAll();
    }

    private void AbandonAll()
    {
        while (TryTake(out var work))
            work!.Abandon();
    }

    internal sealed class Call(Action<Instant> action) : IWork
    {
        public void Run(Instant now) => action(now);

        public void Abandon()
        {
        }
    }

    internal sealed class Question<T>(Func<Instant, T> function) : IWork
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _completion.Task;

        public void Run(Instant now)
        {
            try
            {
                _completion.SetResult(function(now));
            }
            catch (Exception exception)
            {
                _completion.SetException(exception);
                throw;
            }
        }

        public void Abandon() => _completion.TrySetException(new DriverStoppedException());
    }
}
