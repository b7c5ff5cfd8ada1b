using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>Why a call has no answer.</summary>
internal enum CallFailure
{
    /// <summary>Too many calls in flight here; it was never sent.</summary>
    OverloadedHere,

    /// <summary>The sequencer said BUSY until the deadline.</summary>
    Overloaded,

    /// <summary>No sequencer acknowledged it by the deadline.</summary>
    SequencerUnavailable,

    /// <summary>Ordered, but no two equal replies by the deadline.</summary>
    NoQuorum,

    /// <summary>Fewer than two active replicas; it was never sent.</summary>
    InsufficientReplicas,

    /// <summary>Every active replica has replied, and no two are equal; or there were two pairs before an answer was given.</summary>
    ReplicaDivergence,

    /// <summary>Longer than an entry can be; it was never ordered.</summary>
    TooBig,

    /// <summary>A late entry of a former life of this front end has ended its session; whether the request had its effect before is not known.</summary>
    SessionRetired,
}

/// <summary>How a call ended.</summary>
internal abstract record CallResult;

/// <summary>Two equal replies.</summary>
/// <param name="Seq">The place in the order of the first execution.</param>
/// <param name="Reply">The canonical reply.</param>
internal sealed record Answered(SequenceNumber Seq, ReadOnlyMemory<byte> Reply) : CallResult;

/// <summary>No answer.</summary>
/// <param name="Reason">Why.</param>
internal sealed record Failed(CallFailure Reason) : CallResult;

/// <summary>The effects of the coordinator besides messages. Called in its loop; must not call back.</summary>
internal interface ICallSink : IReportSink
{
    /// <summary>A call has ended; each exactly once.</summary>
    void OnCompleted(long call, CallResult result);

    /// <summary>The body of a result is to be fetched from a replica's SOAP endpoint; the answer comes back by <see cref="RequestCoordinator.OnBodyFetched"/>.</summary>
    void OnBodyWanted(BodyWanted wanted);

    /// <summary>A vote is closed: every active replica has been judged.</summary>
    void OnJudged(Judgement judgement);

    /// <summary>A vote is closed, accuses nobody, and an operator must know of it.</summary>
    void OnAlarm(VoteAlarm alarm);

    /// <summary>A request is forgotten, with an answer or without; for people who look on, so that nobody has to listen.</summary>
    /// <param name="call">It, with its votes; nothing changes it any more.</param>
    /// <param name="view">The view that its replies were judged by.</param>
    void OnClosed(PendingCall call, View view)
    {
    }
}

/// <summary>A body to fetch.</summary>
/// <param name="Key">Of the request.</param>
/// <param name="RequestDigest">Of the request.</param>
/// <param name="Seq">The number to ask for.</param>
/// <param name="Replica">Whom to ask.</param>
internal sealed record BodyWanted(RequestKey Key, Digest RequestDigest, SequenceNumber Seq, byte Replica);
