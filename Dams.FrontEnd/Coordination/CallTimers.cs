using System.Diagnostics.CodeAnalysis;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// The timers of all calls. Decides which call is due next. A call's deadline often moves, so a call may stand in the queue more than
/// once, and only the earliest time counts. Pure and single-threaded.
/// </summary>
internal sealed class CallTimers
{
    private readonly PriorityQueue<PendingCall, (long Ticks, long Order)> _queue = new();
    private long _order;

    /// <summary>When the next call is due. It may be too early, if that call's deadline has moved.</summary>
    public Instant NextDeadline => _queue.TryPeek(out _, out var next) ? new Instant(next.Ticks, 0) : Instant.Never;

    /// <summary>Sets a call's timer to its deadline, unless the timer elapses earlier anyway.</summary>
    public void Schedule(PendingCall call)
    {
        var due = call.NextDeadline;
        if (due.Ticks >= call.TimerAt.Ticks)
            return;
        call.TimerAt = due;
        _queue.Enqueue(call, (due.Ticks, ++_order));
    }

    /// <summary>
    /// Takes the next call whose timer has elapsed. Calls of the same time come in the order in which they were scheduled.
    /// </summary>
    public bool TryTakeDue(Instant now, [NotNullWhen(true)] out PendingCall? call)
    {
        while (_queue.TryPeek(out call, out var due) && due.Ticks <= now.Ticks)
        {
            _queue.Dequeue();
            if (call.TimerAt.Ticks != due.Ticks)
                continue;
            call.TimerAt = Instant.Never;
            return true;
        }

        call = null;
        return false;
    }
}
