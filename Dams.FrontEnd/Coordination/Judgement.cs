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
