using System.Diagnostics;
using System.Globalization;
using System.ServiceModel;
using System.Text;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Status;
using Dams.Ordering;
using Dams.Service;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Service;

/// <summary>
/// Hands calls of many threads to the coordinator's loop and waits for their results. Refuses calls for which the replicas' disks have
/// no room. For any thread.
/// </summary>
internal sealed class ReplicatedExecutor(
    WaitingCalls calls, IFrontEndLoop loop, StorageGate storage, ILogger<ReplicatedExecutor> logger) : IAppointmentExecutor
{
    private static readonly TimeSpan OverloadRetry = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public async ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct)
    {
        if (storage.Refuses(command.IsWrite))
        {
            CallLog.Refused(logger, command, requestId);
            throw DamsFaults.NoRoom(storage.Refuses(isWrite: false), requestId);
        }

        var started = Stopwatch.GetTimestamp();
        var (call, ended) = calls.Begin();
        RequestKey? key = requestId is null ? null : KeyOf(command.Caller, requestId);
        if (!loop.TryCall(call, key, CommandCodec.OpcodeOf(command), CommandCodec.Encode(command)))
            calls.End(call, new Failed(CallFailure.OverloadedHere));
        var result = await ended.WaitAsync(ct).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(started);
        if (result is Answered answer)
        {
            if (!ReplyCodec.TryDecode(answer.Reply.Span, out var reply))
                throw new InvalidOperationException($"the reply at {answer.Seq}, on which two replicas agree, can't be decoded");
            CallLog.Answered(logger, command, answer.Seq.Value, reply!, requestId, took.TotalMilliseconds);
            return new ExecutedReply(reply!, answer.Seq.Value);
        }

        var reason = ((Failed)result).Reason;
        if (IsByClient(reason))
            CallLog.FailedByClient(logger, command, reason, requestId, took.TotalMilliseconds);
        else
            CallLog.Failed(logger, command.GetType().Name, reason, took.TotalMilliseconds);
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

    /// <summary>
    /// Clients cause the overload and the calls that are too long, so those must not fill the disk. Other failures are the system's.
    /// </summary>
    private static bool IsByClient(CallFailure reason) =>
        reason is CallFailure.OverloadedHere or CallFailure.Overloaded or CallFailure.TooBig;

    /// <summary>The key of a request whose id the client made. The same id from two callers means two requests.</summary>
    private static RequestKey KeyOf(CallerId caller, string requestId) =>
        RequestKey.OfClient(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{caller}\0{requestId}")));
}
