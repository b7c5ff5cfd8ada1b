using System.Collections.Concurrent;
using Dams.FrontEnd.Coordination;

namespace Dams.FrontEnd.Service;

/// <summary>
/// The calls whose clients wait for a result. Many threads begin them, and the coordinator's loop ends them. The coordinator's limit on
/// calls in flight and the loop's bounded queue bound their number. For any thread.
/// </summary>
internal sealed class WaitingCalls
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<CallResult>> _waiting = new();
    private long _last;

    /// <summary>Begins a call.</summary>
    /// <returns>The call's handle, and its result when it has one.</returns>
    public (long Call, Task<CallResult> Result) Begin()
    {
        var call = Interlocked.Increment(ref _last);
        var completion = new TaskCompletionSource<CallResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.TryAdd(call, completion);
        return (call, completion.Task);
    }

    /// <summary>Gives a call its result. A second end does nothing.</summary>
    public void End(long call, CallResult result)
    {
        if (_waiting.TryRemove(call, out var completion))
            completion.TrySetResult(result);
    }
}
