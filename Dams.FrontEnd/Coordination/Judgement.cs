using Dams.Contracts.Reports;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>The verdicts on the replicas in one vote that had exactly one majority.</summary>
/// <param name="Seq">The sequence number that was voted on.</param>
/// <param name="MajorityAt">When the second equal reply came.</param>
/// <param name="Replicas">Each active replica and its verdict.</param>
internal sealed record Judgement(SequenceNumber Seq, Instant MajorityAt, IReadOnlyList<JudgedReplica> Replicas);

/// <summary>The verdict on one replica.</summary>
/// <param name="Replica">Its seat.</param>
/// <param name="Incarnation">Its incarnation: a verdict on one incarnation does not touch the next.</param>
/// <param name="Verdict">The verdict on its part in the vote.</param>
internal readonly record struct JudgedReplica(byte Replica, Incarnation Incarnation, Verdict Verdict)
{
    /// <summary>For callers that need only the seat, not the incarnation.</summary>
    public void Deconstruct(out byte replica, out Verdict verdict) => (replica, verdict) = (Replica, Verdict);
}

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

/// <summary>Takes reports for the managers' group.</summary>
internal interface IReportSink
{
    /// <summary>Puts the report into the managers' order. Called in the coordinator's loop; must not call back.</summary>
    void OnReport(Report report, Instant now);
}
