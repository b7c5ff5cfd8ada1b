using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>Why a call has no answer.</summary>
internal enum CallFailure
{
    /// <summary>This front end has too many calls in flight; the call was never sent.</summary>
    OverloadedHere,

    /// <summary>The sequencer said BUSY until the deadline.</summary>
    Overloaded,

    /// <summary>No sequencer acknowledged the request by the deadline.</summary>
    SequencerUnavailable,

    /// <summary>The request was ordered, but no two equal replies came by the deadline.</summary>
    NoQuorum,

    /// <summary>Fewer than two replicas are active; the call was never sent.</summary>
    InsufficientReplicas,

    /// <summary>
    /// Every active replica has replied and no two replies are equal, or two different pairs of equal replies came before an answer.
    /// </summary>
    ReplicaDivergence,

    /// <summary>The request is longer than an entry may be; it was never ordered.</summary>
    TooBig,

    /// <summary>
    /// A late entry of an earlier boot of this front end has ended the call's session. Whether the request took effect before that is
    /// not known.
    /// </summary>
    SessionRetired,
}

/// <summary>How a call ended.</summary>
internal abstract record CallResult;

/// <summary>The call has an answer, by equal replies.</summary>
/// <param name="Seq">The sequence number of the request's first execution.</param>
/// <param name="Reply">The canonical reply.</param>
internal sealed record Answered(SequenceNumber Seq, ReadOnlyMemory<byte> Reply) : CallResult;

/// <summary>The call has no answer.</summary>
internal sealed record Failed(CallFailure Reason) : CallResult;

/// <summary>
/// Takes the coordinator's effects other than messages. Its methods are called in the coordinator's loop and must not call back.
/// </summary>
internal interface ICallSink : IReportSink
{
    /// <summary>A call has ended. Called exactly once for each call.</summary>
    void OnCompleted(long call, CallResult result);

    /// <summary>
    /// The body of a result must be fetched from a replica's SOAP endpoint. It comes back through
    /// <see cref="RequestCoordinator.OnBodyFetched"/>.
    /// </summary>
    void OnBodyWanted(BodyWanted wanted);

    /// <summary>A vote is closed: every active replica has been judged.</summary>
    void OnJudged(Judgement judgement);

    /// <summary>A vote has ended that accuses nobody, but that an operator must know of.</summary>
    void OnAlarm(VoteAlarm alarm);

    /// <summary>A request is forgotten, with or without an answer. This is for display only, so a sink need not implement it.</summary>
    /// <param name="call">The request with its votes; nothing changes it any more.</param>
    /// <param name="view">The view that its replies are judged by.</param>
    void OnClosed(PendingCall call, View view)
    {
    }
}

/// <summary>A reply body that must be fetched, because it did not fit a datagram.</summary>
/// <param name="Key">The request's key.</param>
/// <param name="RequestDigest">The request's digest.</param>
/// <param name="Seq">The sequence number of the reply.</param>
/// <param name="Replica">The replica to ask.</param>
internal sealed record BodyWanted(RequestKey Key, Digest RequestDigest, SequenceNumber Seq, byte Replica);
