using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Requests;
using Dams.Ordering;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Service;

/// <summary>
/// Hands calls of many threads to the coordinator's loop and waits for their results. The dictionary of waiting calls is the only thing that both sides
/// touch; it is bounded by the coordinator's limit on calls in flight and by the loop's bounded queue.
/// </summary>
internal sealed class ReplicatedExecutor(CoordinatorSightings sightings, RequestLog requests, ILogger<ReplicatedExecutor> logger) : IAppointmentExecutor, ICallSink
{
    private static readonly TimeSpan OverloadRetry = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<long, TaskCompletionSource<CallResult>> _waiting = new();
    private IFrontEndLoop? _loop;
    private long _lastCall;

    /// <summary>Connects the loop; once, before the first call.</summary>
    public void Attach(IFrontEndLoop loop) => _loop = loop;

    /// <inheritdoc/>
    public async ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var call = Interlocked.Increment(ref _lastCall);
        var completion = new TaskCompletionSource<CallResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.TryAdd(call, completion);
        RequestKey? key = requestId is null ? null : KeyOf(command.Caller, requestId);
        if (!_loop!.TryCall(call, key, CommandCodec.OpcodeOf(command), CommandCodec.Encode(command)))
            OnCompleted(call, new Failed(CallFailure.OverloadedHere));
        var result = await completion.Task.WaitAsync(ct).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(started);
        if (result is Answered answer)
        {
            if (!ReplyCodec.TryDecode(answer.Reply.Span, out var reply))
                throw new InvalidOperationException($"two replicas agree on a reply at {answer.Seq} that is none");
            CallLog.Answered(logger, command, answer.Seq.Value, reply!, requestId, took.TotalMilliseconds);
            return new ExecutedReply(reply!, answer.Seq.Value);
        }

        var reason = ((Failed)result).Reason;
        CallLog.Failed(logger, command, reason, requestId, took.TotalMilliseconds);
        throw reason switch
        {
            CallFailure.OverloadedHere => DamsFaults.Overloaded(OverloadRetry, requestId),
            CallFailure.Overloaded => DamsFaults.OverloadedUntilDeadline(OverloadRetry, requestId),
            CallFailure.SequencerUnavailable => DamsFaults.SequencerUnavailable(requestId),
            CallFailure.NoQuorum or CallFailure.SessionRetired => DamsFaults.NoQuorum(requestId),
            CallFailure.InsufficientReplicas => DamsFaults.InsufficientReplicas(requestId),
            _ => DamsFaults.ReplicaDivergence(requestId),
        };
    }

    /// <inheritdoc/>
    public void OnCompleted(long call, CallResult result)
    {
        if (_waiting.TryRemove(call, out var completion))
            completion.TrySetResult(result);
    }

    /// <inheritdoc/>
    public void OnBodyWanted(BodyWanted wanted) => _loop!.FetchBody(wanted);

    /// <inheritdoc/>
    public void OnJudged(Judgement judgement) => sightings.OnJudged(judgement);

    /// <inheritdoc/>
    public void OnClosed(PendingCall call, View view)
    {
        requests.OnClosed(call, view);
        sightings.OnClosed(call);
    }

    /// <summary>The identity of a request whose id the client made: two callers with the same id are two requests.</summary>
    private static RequestKey KeyOf(CallerId caller, string requestId) =>
        RequestKey.OfClient(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{caller}\0{requestId}")));
}

/// <summary>What the executor needs of the loop's shell. Called by any thread.</summary>
internal interface IFrontEndLoop
{
    /// <summary>Brings a call into the loop; false if its queue is full.</summary>
    bool TryCall(long call, RequestKey? key, byte opcode, ReadOnlyMemory<byte> payload);

    /// <summary>Fetches a body outside the loop and brings it back into it.</summary>
    void FetchBody(BodyWanted wanted);
}
