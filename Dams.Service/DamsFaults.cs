using System.ServiceModel;
using Dams.Contracts.Soap;

namespace Dams.Service;

/// <summary>
/// The only factory of faults of the appointment contract. It sets the code, the execution, the side, and the time after which a retry
/// makes sense. So no caller can contradict the rules that say which failure leaves a request executed.
/// </summary>
public static class DamsFaults
{
    /// <summary>A failover of the sequencer takes up to three seconds.</summary>
    public static readonly TimeSpan RetryAfterFailOver = TimeSpan.FromSeconds(3);

    /// <summary>A restarted replica is back within ten seconds, and most are back much sooner.</summary>
    public static readonly TimeSpan RetryAfterReplacement = TimeSpan.FromSeconds(5);

    /// <summary>Replies that came too late are there at the next attempt.</summary>
    public static readonly TimeSpan RetryAfterLateReplies = TimeSpan.FromSeconds(1);

    /// <summary>A field of the request is malformed.</summary>
    /// <param name="field">The parameter's name, or null if the problem is not in one field.</param>
    /// <param name="value">The value that was sent. This method cleans it for the fault.</param>
    /// <param name="form">The expected form, as the end of the sentence "… is not".</param>
    /// <param name="requestId">The client's own request id, or null.</param>
    public static FaultException<DamsFault> InvalidRequest(string? field, string? value, string form, string? requestId = null) =>
        Malformed(
            field,
            field is null ? $"{FaultText.Value(value)} is not {form}." : $"{field} {FaultText.Value(value)} is not {form}.",
            requestId);

    /// <summary>The request is too long to be ordered; nothing was ordered.</summary>
    public static FaultException<DamsFault> TooBig(string? requestId = null) => Malformed(null, "The request is too long.", requestId);

    /// <summary>The detail of the fault with which the SOAP host itself answers a malformed message.</summary>
    /// <param name="reason">The host's text.</param>
    /// <param name="field">The element that is wrong, or null.</param>
    public static DamsFault DetailOfMalformed(string reason, string? field) => Malformed(field, reason, null).Detail;

    /// <summary>
    /// The detail of the fault with which the SOAP host answers a defect. The log has the cause; the host's text has the reference to it.
    /// </summary>
    public static DamsFault DetailOfDefect(string reason) =>
        Make(DamsFaultCode.InternalError, ExecutionState.Unknown, reason, null).Detail;

    /// <summary>The caller may not do this.</summary>
    public static FaultException<DamsFault> NotPermitted(string reason, string? requestId = null) =>
        Make(DamsFaultCode.NotPermitted, ExecutionState.NotExecuted, reason, requestId);

    /// <summary>
    /// The caller is not known. The text is the same for every cause, so that nobody can find out by trying which users exist.
    /// </summary>
    public static FaultException<DamsFault> Unauthenticated() =>
        Make(DamsFaultCode.Unauthenticated, ExecutionState.NotExecuted, "The caller is not authenticated.", null);

    /// <summary>The caller is not known, because passwords and tokens would be readable on their way here.</summary>
    public static FaultException<DamsFault> InsecureTransport() => Make(
        DamsFaultCode.Unauthenticated, ExecutionState.NotExecuted, "Passwords and tokens are accepted over HTTPS only.", null);

    /// <summary>
    /// Too many wrong passwords came for this user or from this address. The text is the same whether or not there is such a user.
    /// </summary>
    public static FaultException<DamsFault> TooManyAttempts(TimeSpan retryAfter) => Make(
        DamsFaultCode.Unauthenticated, ExecutionState.NotExecuted, "Too many passwords were wrong. Try again later.", null, retryAfter);

    /// <summary>The front end's own limit is reached; nothing was sent.</summary>
    public static FaultException<DamsFault> Overloaded(TimeSpan retryAfter, string? requestId = null) =>
        Make(DamsFaultCode.Overloaded, ExecutionState.NotExecuted, "The service is overloaded.", requestId, retryAfter);

    /// <summary>The sequencer said until the deadline that it was busy.</summary>
    public static FaultException<DamsFault> OverloadedUntilDeadline(TimeSpan retryAfter, string? requestId = null) =>
        Make(
            DamsFaultCode.Overloaded,
            ExecutionState.Unknown,
            "The service is overloaded and could not finish in time.",
            requestId,
            retryAfter);

    /// <summary>No sequencer acknowledged the request by the deadline.</summary>
    public static FaultException<DamsFault> SequencerUnavailable(string? requestId = null) =>
        Make(
            DamsFaultCode.SequencerUnavailable,
            ExecutionState.Unknown,
            "No sequencer took the request in time.",
            requestId,
            RetryAfterFailOver);

    /// <summary>The request was ordered, but no two equal replies came in time.</summary>
    public static FaultException<DamsFault> NoQuorum(string? requestId = null) =>
        Make(
            DamsFaultCode.NoQuorum,
            ExecutionState.Unknown,
            "No two replicas gave the same reply in time.",
            requestId,
            RetryAfterLateReplies);

    /// <summary>Fewer than two replicas are active; nothing was sent.</summary>
    public static FaultException<DamsFault> InsufficientReplicas(string? requestId = null) =>
        Make(
            DamsFaultCode.InsufficientReplicas,
            ExecutionState.NotExecuted,
            "Fewer than two replicas are active.",
            requestId,
            RetryAfterReplacement);

    /// <summary>Too few replicas have room on their disks; nothing was sent.</summary>
    /// <param name="readsToo">Whether reads are refused as well.</param>
    /// <param name="requestId">The client's own request id, or null.</param>
    public static FaultException<DamsFault> NoRoom(bool readsToo, string? requestId = null)
    {
        var refused = readsToo ? "writes and reads are refused" : "writes are refused, and reads are answered";
        return Make(DamsFaultCode.InsufficientReplicas, ExecutionState.NotExecuted,
            $"Too few replicas have room on their disks. Until they have, {refused}.", requestId, RetryAfterReplacement);
    }

    /// <summary>All replicas have replied, and no majority agrees. The operator decides.</summary>
    public static FaultException<DamsFault> ReplicaDivergence(string? requestId = null) =>
        Make(DamsFaultCode.ReplicaDivergence, ExecutionState.Executed, "The replicas disagree, and none is in the majority.", requestId);

    /// <summary>The caller has used the request id for a different request.</summary>
    public static FaultException<DamsFault> RequestIdReused(string? requestId) =>
        Make(DamsFaultCode.RequestIdReused, ExecutionState.NotExecuted, "This requestId was used for a different request.", requestId);

    /// <summary>The replicas agree that the request can't be executed; their state is as before.</summary>
    public static FaultException<DamsFault> InternalError(string? requestId = null) =>
        Make(DamsFaultCode.InternalError, ExecutionState.NotExecuted, "The replicas could not execute the request.", requestId);

    private static FaultException<DamsFault> Malformed(string? field, string reason, string? requestId)
    {
        var fault = Make(DamsFaultCode.InvalidRequest, ExecutionState.NotExecuted, reason, requestId);
        fault.Detail.Field = field;
        return fault;
    }

    private static FaultException<DamsFault> Make(
        DamsFaultCode code, ExecutionState execution, string reason, string? requestId, TimeSpan? retryAfter = null)
    {
        if (execution != ExecutionState.NotExecuted)
        {
            // A client that sent an id can repeat safely. A client without one must look first.
            reason += requestId is null
                ? " It may have had its effect: look at the schedule before repeating it."
                : " Repeating it with the same requestId is safe.";
        }

        reason = FaultText.Reason(reason);
        var detail = new DamsFault
        {
            Code = code,
            Reason = reason,
            Execution = execution,
            RequestId = requestId,
            RetryAfterMs = (int)(retryAfter?.TotalMilliseconds ?? 0),
            RetryAfterMsSpecified = retryAfter is not null,
        };
        var side = code is DamsFaultCode.InvalidRequest
            or DamsFaultCode.NotPermitted
            or DamsFaultCode.Unauthenticated
            or DamsFaultCode.RequestIdReused
            ? new FaultCode("Sender")
            : new FaultCode("Receiver");
        return new FaultException<DamsFault>(detail, new FaultReason(reason), side, null);
    }
}
