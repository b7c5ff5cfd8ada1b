using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.ServiceModel;
using System.Text;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Management;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Requests;
using Dams.FrontEnd.Status;
using Dams.Ordering;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Service;

/// <summary>
/// Hands calls of many threads to the coordinator's loop and waits for their results. The two sides share only the dictionary of
/// waiting calls. It is bounded by the coordinator's limit on calls in flight and by the loop's bounded queue.
/// </summary>
internal sealed class ReplicatedExecutor(
    CoordinatorSightings sightings, RequestLog requests, StorageGate storage, ILogger<ReplicatedExecutor> logger)
    : IAppointmentExecutor, ICallSink
{
    private const int NoQuorumReport = 1000;
    private static readonly TimeSpan OverloadRetry = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<long, TaskCompletionSource<CallResult>> _waiting = new();
    private IFrontEndLoop? _loop;
    private long _lastCall;
    private long _noQuorums;

    /// <summary>Connects the loop. Call once, before the first call.</summary>
    public void Attach(IFrontEndLoop loop) => _loop = loop;

    /// <inheritdoc/>
    public async ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct)
    {
        if (storage.Refuses(command.IsWrite))
        {
            CallLog.Refused(logger, command, requestId);
            throw DamsFaults.NoRoom(storage.Refuses(isWrite: false), requestId);
        }

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
                throw new InvalidOperationException($"the reply at {answer.Seq}, on which two replicas agree, can't be decoded");
            CallLog.Answered(logger, command, answer.Seq.Value, reply!, requestId, took.TotalMilliseconds);
            return new ExecutedReply(reply!, answer.Seq.Value);
        }

        var reason = ((Failed)result).Reason;
        var level = LevelOf(reason);
        CallLog.Failed(logger, level, command, reason, requestId, took.TotalMilliseconds);
        throw FaultOf(reason, requestId);
    }

    /// <summary>The fault that a client gets for a call without an answer.</summary>
    internal static FaultException<DamsFault> FaultOf(CallFailure reason, string? requestId) => reason switch
    {
        CallFailure.OverloadedHere => DamsFaults.Overloaded(OverloadRetry, requestId),
        CallFailure.Overloaded => DamsFaults.OverloadedUntilDeadline(OverloadRetry, requestId),
        CallFailure.SequencerUnavailable => DamsFaults.SequencerUnavailable(requestId),
        CallFailure.TooBig => DamsFaults.TooBig(requestId),
        CallFailure.NoQuorum or CallFailure.SessionRetired => DamsFaults.NoQuorum(requestId),
        CallFailure.InsufficientReplicas => DamsFaults.InsufficientReplicas(requestId),
        _ => DamsFaults.ReplicaDivergence(requestId),
    };

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
    public void OnClosed(PendingCall call, View view) => requests.OnClosed(call, view);

    /// <inheritdoc/>
    public void OnReport(Report report, Instant now)
    {
        if (report is SuspicionReport { Replica: var silent } && storage.IsShort(silent))
            return;
        CallLog.Reported(logger, report is VerdictReport verdict
            ? $"replica {verdict.Replica} is wrong at {string.Join(", ", verdict.Sequences)}"
            : report.ToString());
        _loop!.Submit(report, now);
    }

    /// <inheritdoc/>
    public void OnAlarm(VoteAlarm alarm)
    {
        sightings.OnAlarm(alarm);
        // While no replica answers, every call ends here. The first is logged, and then every thousandth.
        if (alarm.Reason == CallFailure.ReplicaDivergence)
            CallLog.Diverged(logger, alarm.Seq.Value, alarm.IsAnswered, Describe(alarm));
        else if (_noQuorums++ % NoQuorumReport == 0)
            CallLog.NoQuorum(logger, alarm.Seq.Value, Describe(alarm), _noQuorums);
    }

    private static string Describe(VoteAlarm alarm) =>
        alarm.Replies.Count == 0 ? "none" : string.Join(", ", alarm.Replies.Select(reply => $"replica {reply.Replica} {reply.Result}"));

    /// <summary>
    /// Clients cause the overload and the calls that are too long, so those must not fill the disk. Other failures are the system's.
    /// </summary>
    private static LogLevel LevelOf(CallFailure reason) =>
        reason is CallFailure.OverloadedHere or CallFailure.Overloaded or CallFailure.TooBig ? LogLevel.Debug : LogLevel.Information;

    /// <summary>The key of a request whose id the client made. The same id from two callers means two requests.</summary>
    private static RequestKey KeyOf(CallerId caller, string requestId) =>
        RequestKey.OfClient(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{caller}\0{requestId}")));
}

/// <summary>The part of the loop's shell that the executor needs. For any thread, unless a method says otherwise.</summary>
internal interface IFrontEndLoop
{
    /// <summary>Brings a call into the loop; false if its queue is full.</summary>
    bool TryCall(long call, RequestKey? key, byte opcode, ReadOnlyMemory<byte> payload);

    /// <summary>Puts a report into the managers' order. Call in the loop only.</summary>
    void Submit(Report report, Instant now);

    /// <summary>Fetches a body outside the loop and brings it back into the loop. Call in the loop only.</summary>
    void FetchBody(BodyWanted wanted);
}
