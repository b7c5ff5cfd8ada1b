using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// A vote that accuses nobody, but that an operator must look at: either the fault model does not allow it, or too few replicas
/// answer.
/// </summary>
/// <param name="Reason"><see cref="CallFailure.ReplicaDivergence"/> or <see cref="CallFailure.NoQuorum"/>.</param>
/// <param name="IsAnswered">Whether a client was answered with the first pair before the second pair came.</param>
/// <param name="Seq">The number that was decided on, or else the one with most replies; 0 if there is none.</param>
/// <param name="Replies">The replicas that replied to that number, each with its result.</param>
internal sealed record VoteAlarm(
    CallFailure Reason, bool IsAnswered, SequenceNumber Seq, IReadOnlyList<(byte Replica, Digest Result)> Replies);
