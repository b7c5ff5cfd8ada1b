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
