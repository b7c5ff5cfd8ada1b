using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

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
